(files, names, prefs) => [files, (files ?? []).map((file) => file.orig_name), prefs]

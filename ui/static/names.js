(files, _names, ...rest) => [files, (files ?? []).map((file) => file.orig_name), ...rest]

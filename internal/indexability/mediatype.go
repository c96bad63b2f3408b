package indexability

// Which kinds of content engines index.

import (
	"mime"
	"path"
	"strings"
)

// IndexedType says whether engines index content of this type, from the Content-Type header and, only where that
// is missing or says nothing, from the extension of the path. The reason is short English. byExtension is set when
// the extension decided.
func IndexedType(contentType, urlPath string) (answer Answer, why string, byExtension bool) {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	switch media {
	case "", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/force-download":
		extension := strings.ToLower(strings.TrimPrefix(path.Ext(urlPath), "."))
		if extension == "" {
			return Unknown, "neither content type nor extension says what it is", false
		}
		if indexedExtension(extension) {
			return Yes, "content type says nothing, and ." + extension + " is a type that engines index", true
		}
		if refusedExtension(extension) {
			return No, "." + extension + " is not a type that engines index", true
		}
		return Unknown, "content type says nothing, and ." + extension + " is on no list", true
	}
	if indexedMedia(media) {
		return Yes, media + " is a type that engines index", false
	}
	if refusedMedia(media) {
		return No, media + " is not among the types that engines index", false
	}
	return Unknown, "content type is on no list", false
}

func indexedMedia(media string) bool {
	switch media {
	case "application/pdf", "application/postscript", "application/epub+zip", "application/rtf", "application/xml",
		"application/xhtml+xml", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation",
		"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
		"application/vnd.oasis.opendocument.presentation", "application/vnd.google-earth.kml+xml",
		"application/vnd.google-earth.kmz", "application/gpx+xml", "application/x-tex", "application/x-hwp",
		"application/rss+xml", "application/atom+xml",
		"image/bmp", "image/gif", "image/jpeg", "image/png", "image/webp", "image/svg+xml", "image/avif":
		return true
	}
	// Source code and other plain text are listed as a whole, and so are the common videos.
	return strings.HasPrefix(media, "text/") && media != "text/css" && media != "text/javascript" || strings.HasPrefix(media, "video/")
}

func refusedMedia(media string) bool {
	switch media {
	case "application/json", "application/zip", "application/gzip", "application/x-gzip", "application/x-tar",
		"application/x-7z-compressed", "application/vnd.rar", "application/x-rar-compressed", "application/java-archive",
		"application/wasm", "application/x-sqlite3", "text/css", "text/javascript", "application/javascript":
		return true
	}
	return strings.HasPrefix(media, "font/")
}

func indexedExtension(e string) bool {
	switch e {
	case "csv", "kml", "kmz", "gpx", "htm", "html", "xhtml", "svg", "tex", "txt", "text", "wml", "wap", "xml", "pdf", "ps",
		"epub", "hwp", "xls", "xlsx", "ppt", "pptx", "doc", "docx", "odp", "ods", "odt", "rtf", "bas", "c", "cc", "cpp", "cxx",
		"h", "hpp", "cs", "java", "pl", "py", "bmp", "gif", "jpeg", "jpg", "png", "webp", "avif", "mp4", "mov", "webm", "avi",
		"mpeg", "mpg", "m4v", "wmv", "ogv", "3gp", "mkv":
		return true
	}
	return false
}

func refusedExtension(e string) bool {
	switch e {
	case "json", "zip", "gz", "tgz", "tar", "7z", "rar", "jar", "wasm", "css", "js", "woff", "woff2", "ttf", "otf":
		return true
	}
	return false
}

package explain

import "errors"

func gcsRecord(fields) (*built, error) {
	return nil, errors.New("raw Google Cloud Storage input is not read by this version")
}

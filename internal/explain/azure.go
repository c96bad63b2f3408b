package explain

import "errors"

func azureRecord(fields) (*built, error) {
	return nil, errors.New("raw Azure input is not read by this version")
}

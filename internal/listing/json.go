package listing

// Listings in JSON: the JSON API of Google Cloud Storage and Firebase Storage.
//
// Source: Cloud Storage JSON API v1, "Objects: list".

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

func readJSON(from io.Reader, out *sink) error {
	r := &jsonReader{sink: out, in: json.NewDecoder(from)}
	err := r.document()
	switch {
	case out.page.Kind == "" && !errors.Is(err, ErrLimit):
		return ErrNotListing
	case err == nil, errors.Is(err, errStop), errors.Is(err, ErrLimit):
		return err
	default:
		return fmt.Errorf("reading JSON: %v: %w", err, ErrMalformed)
	}
}

type jsonReader struct {
	*sink
	in *json.Decoder
}

func (r *jsonReader) document() error {
	items, prefixes := false, false
	return r.object(func(name string) error {
		switch name {
		case "kind":
			kind, err := r.text()
			if kind == "storage#objects" {
				r.page.Kind = GCSJSON
			}
			return err
		case "nextPageToken":
			token, err := r.text()
			r.page.Next, r.page.Truncated = token, token != ""
			return err
		case "items":
			items = true
			r.settle(items && prefixes)
			return r.array(r.item)
		case "prefixes":
			prefixes = true
			r.settle(items && prefixes)
			return r.array(func() error {
				key, err := r.text()
				if err != nil || key == "" {
					return err
				}
				r.page.Kind = GCSJSON
				return r.put(Entry{Key: key, Dir: true, Size: -1})
			})
		case "error":
			return r.failure()
		default:
			return r.skip()
		}
	})
}

// settle names the kind once both members are seen: an empty Firebase listing has nothing else to go by.
func (r *jsonReader) settle(sure bool) {
	if sure {
		r.page.Kind = GCSJSON
	}
}

func (r *jsonReader) item() error {
	e := Entry{Size: -1}
	bucket := ""
	err := r.object(func(name string) error {
		value := ""
		var err error
		switch name {
		case "name", "bucket", "size", "updated", "contentType", "generation":
			value, err = r.text()
		default:
			err = r.skip()
		}
		switch name {
		case "name":
			e.Key = value
		case "bucket":
			bucket = value
		case "size":
			if n, bad := strconv.ParseInt(value, 10, 64); bad == nil && n >= 0 {
				e.Size = n
			}
		case "updated":
			e.Modified = moment(value)
		case "contentType":
			e.ContentType = value
		case "generation":
			e.VersionID = value
		}
		return err
	})
	if err != nil || e.Key == "" || bucket == "" {
		return err
	}
	r.page.Kind, r.page.Bucket = GCSJSON, bucket
	return r.put(e)
}

// failure reads {"error": {"code": 401, "message": "...", "errors": [{"reason": "..."}]}}.
func (r *jsonReader) failure() error {
	var detail ErrorDetail
	err := r.object(func(name string) error {
		switch name {
		case "code", "status":
			value, err := r.text()
			if detail.Code == "" {
				detail.Code = value
			}
			return err
		case "message":
			value, err := r.text()
			detail.Message = value
			return err
		default:
			return r.skip()
		}
	})
	if err == nil && detail.Code != "" && r.page.Kind == "" {
		r.page.Kind, r.page.Error = ErrorAnswer, &detail
	}
	return err
}

var errShape = errors.New("a value of another kind than expected")

func (r *jsonReader) object(member func(name string) error) error {
	if opened, err := r.open('{'); !opened || err != nil {
		return err
	}
	for r.in.More() {
		token, err := r.in.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			return errShape
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := r.in.Token()
	return err
}

func (r *jsonReader) array(element func() error) error {
	if opened, err := r.open('['); !opened || err != nil {
		return err
	}
	for r.in.More() {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := r.in.Token()
	return err
}

// open takes the start of a container; a null in its place is an empty one.
func (r *jsonReader) open(want json.Delim) (bool, error) {
	token, err := r.in.Token()
	if err != nil || token == nil {
		return false, err
	}
	if token != want {
		return false, errShape
	}
	return true, nil
}

// text takes a string or number; anything else is passed over and gives "".
func (r *jsonReader) text() (string, error) {
	token, err := r.in.Token()
	if err != nil {
		return "", err
	}
	switch t := token.(type) {
	case string:
		return t, nil
	case float64:
		return strconv.FormatFloat(t, 'f', -1, 64), nil
	case json.Delim:
		return "", r.rest()
	default:
		return "", nil
	}
}

// skip passes over one value without keeping it.
func (r *jsonReader) skip() error {
	token, err := r.in.Token()
	if err != nil {
		return err
	}
	if _, opens := token.(json.Delim); opens {
		return r.rest()
	}
	return nil
}

// rest reads on to the end of the container just opened.
func (r *jsonReader) rest() error {
	for depth := 1; depth > 0; {
		token, err := r.in.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > r.limits.Depth {
				return fmt.Errorf("values %d deep: %w", depth, ErrLimit)
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

package objecttext_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/links"
	"github.com/tojimari/tojimari/scanners/objecttext"
)

const sas = "https://acme.blob.core.windows.net/c/x.csv?sv=2022-11-02&se=2030-01-01&sr=b&sp=rw&sig=bhY0OmrfXEJ3P68FnSazvJBC3BzjAhLug8c5CRfURTk%3D"

// bucket is a made-up bucket: what each key holds, or the error of opening it.
type bucket map[string]any

func (b bucket) open(t *testing.T, opened *[]string) objecttext.Open {
	return func(ctx context.Context, key string, most int64, look objecttext.Look) error {
		*opened = append(*opened, key)
		if most <= 0 || most > objecttext.MostOfOne {
			t.Errorf("%d bytes of %s", most, key)
		}
		switch v := b[key].(type) {
		case error:
			return v
		case string:
			contentType := "application/octet-stream"
			if strings.HasPrefix(v, "text:") {
				contentType = "text/plain"
			}
			// The first attempt breaks off in the middle: what it brought isn't counted.
			_ = look(ctx, contentType, io.MultiReader(strings.NewReader(v), &broken{}))
			return look(ctx, contentType, strings.NewReader(v))
		}
		t.Fatalf("%s isn't in the bucket", key)
		return nil
	}
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func sample(objects ...scanners.SampledObject) scanners.ObjectSample {
	return scanners.ObjectSample{Objects: objects}
}

func TestWhichObjectsAreRead(t *testing.T) {
	refused := errors.New("refused")
	for _, tc := range []struct {
		name   string
		holds  bucket
		sample scanners.ObjectSample
		opened []string
		want   scanners.FoundLinks // without the links themselves
		links  int
		err    error
	}{
		{"text by its ending", bucket{"a.log": sas, "b.JSON": sas, "dir/.env.production": sas}, sample(obj("a.log"), obj("b.JSON"), obj("dir/.env.production")),
			[]string{"a.log", "b.JSON", "dir/.env.production"}, scanners.FoundLinks{Objects: 3, Bytes: 3 * int64(len(sas))}, 1, nil},
		{"not text", bucket{}, sample(obj("a.png"), obj("b.zip"), obj("c.parquet")), nil, scanners.FoundLinks{NotText: 3}, 0, nil},
		{"no ending: the content type decides", bucket{"README": "text:" + sas, "data": sas}, sample(obj("README"), obj("data")),
			[]string{"README", "data"}, scanners.FoundLinks{Objects: 1, Bytes: int64(len(sas) + 5), NotText: 1}, 1, nil},
		{"empty and archived", bucket{}, sample(scanners.SampledObject{Key: "a.txt"}, scanners.SampledObject{Key: "b.txt", Size: 1, StorageClass: "DEEP_ARCHIVE"},
			scanners.SampledObject{Key: "c.txt", Size: 1, StorageClass: "Archive"}), nil, scanners.FoundLinks{Unread: 2}, 0, nil},
		{"some refused", bucket{"a.txt": refused, "b.txt": sas}, sample(obj("a.txt"), obj("b.txt")),
			[]string{"a.txt", "b.txt"}, scanners.FoundLinks{Objects: 1, Bytes: int64(len(sas)), Unread: 1}, 1, nil},
		{"all refused", bucket{"a.txt": refused}, sample(obj("a.txt"), obj("b.png")), []string{"a.txt"}, scanners.FoundLinks{Unread: 1, NotText: 1}, 0, refused},
		{"larger than is read", bucket{"a.txt": sas}, sample(scanners.SampledObject{Key: "a.txt", Size: objecttext.MostOfOne + 1}),
			[]string{"a.txt"}, scanners.FoundLinks{Objects: 1, Bytes: int64(len(sas)), Cut: 1}, 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var opened []string
			got, err := objecttext.Links(t.Context(), links.NewReader(nil, nil, false), "aws:s3:bucket/b", tc.sample, tc.holds.open(t, &opened))
			if !errors.Is(err, tc.err) {
				t.Fatal(err)
			}
			if len(got.Links) != tc.links {
				t.Errorf("%+v", got.Links)
			}
			got.Links = nil
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.opened, opened); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func obj(key string) scanners.SampledObject { return scanners.SampledObject{Key: key, Size: 100} }

// A bucket is read to a bound, whatever it holds; what is beyond it is told.
func TestBoundOfABucket(t *testing.T) {
	big := strings.Repeat("x", objecttext.MostOfOne)
	holds := bucket{"big.txt": big}
	var objects []scanners.SampledObject
	for range objecttext.MostOfAll/objecttext.MostOfOne + 3 {
		objects = append(objects, scanners.SampledObject{Key: "big.txt", Size: objecttext.MostOfOne})
	}
	var opened []string
	got, err := objecttext.Links(t.Context(), links.NewReader(nil, nil, false), "b", sample(objects...), holds.open(t, &opened))
	if err != nil || got.Bytes != objecttext.MostOfAll || got.Unread != 3 || len(opened) != objecttext.MostOfAll/objecttext.MostOfOne {
		t.Errorf("%v, %d bytes, %d unread, %d opened", err, got.Bytes, got.Unread, len(opened))
	}
}

// Where objects are hidden, no key is in what was found.
func TestKeysAreHidden(t *testing.T) {
	holds, opened := bucket{"yamada-taro.txt": sas}, []string{}
	got, err := objecttext.Links(t.Context(), links.NewReader(nil, nil, true), "aws:s3:bucket/b", sample(obj("yamada-taro.txt")), holds.open(t, &opened))
	if err != nil || len(got.Links) != 1 {
		t.Fatal(err, got)
	}
	if s := got.Links[0].Signed; s.Seen[0].Source != "aws:s3:bucket/b#"+links.HiddenKey || s.Object != links.HiddenKey {
		t.Errorf("%+v", s)
	}
}

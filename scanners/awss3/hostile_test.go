package awss3_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tojimari/tojimari/internal/lab"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
)

// FuzzHostileServer answers every question about a bucket with the same foreign bytes. Whatever they are, every
// fact asked for is settled, and nothing that a terminal would act on gets into a reason.
func FuzzHostileServer(f *testing.F) {
	f.Add(200, "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "us-east-1")
	f.Add(200, `{"Statement":[]}`, "")
	f.Add(403, "<Error><Code>Access\x1b[31mDenied</Code><Message>no\u202e</Message></Error>", "")
	f.Add(301, "<Error><Code>PermanentRedirect</Code></Error>", "eu-west-1")
	f.Add(301, "", "../../evil.example/")
	f.Add(404, "<Error><Code>NoSuchBucket</Code></Error>", "")
	f.Add(500, strings.Repeat("<a>", 2000), "")
	f.Add(200, "<Tagging><TagSet><Tag/></TagSet></Tagging>", "")
	f.Add(200, "<ReplicationConfiguration><Rule/></ReplicationConfiguration>", "")
	f.Add(200, "<LifecycleConfiguration><Rule><Filter><And/></Filter></Rule></LifecycleConfiguration>", "")
	f.Add(200, "<ListBucketResult><Contents/><Contents><Key>%zz</Key></Contents><EncodingType>url</EncodingType></ListBucketResult>", "")
	f.Add(200, "<AccessControlPolicy><AccessControlList><Grant/></AccessControlList></AccessControlPolicy>", "")
	f.Add(200, "<ListAccessPointsResult><AccessPointList><AccessPoint><Bucket>acme</Bucket></AccessPoint></AccessPointList></ListAccessPointsResult>", "")
	f.Fuzz(func(t *testing.T, status int, body, region string) {
		if status < 200 || status > 599 || strings.ContainsFunc(region, func(r rune) bool { return r < ' ' || r > '~' }) {
			return
		}
		answer := roundTrip(func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Host, ".amazonaws.com") {
				t.Errorf("%q was contacted", r.URL.Host)
			}
			text := body
			if strings.HasPrefix(r.URL.Host, "sts.") {
				text = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/x</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
				return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
			}
			return &http.Response{StatusCode: status, Header: http.Header{"X-Amz-Bucket-Region": {region}}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
		})
		s := awss3.New(scanners.Runtime{Transport: answer, Objects: 2, Now: func() time.Time { return at }}, signedAs(mine), atOnce())
		head := scanners.Head{ID: acme, Kind: scanners.KindBucket, Provider: scanners.AWS, Name: "acme", Account: mine, Region: "us-east-1"}
		need := s.Describe().Facts().OfKind(scanners.KindBucket)
		rec, err := s.Inspect(t.Context(), scanners.Ref{Head: head, Scope: "aws:account/" + mine, Target: scanners.Target{Scheme: "aws"}}, need, nil)
		if err != nil {
			return // gone, or the credentials were called expired
		}
		for name := range need {
			status := rec.Status(name)
			if !status.Settled() {
				t.Errorf("%s is not settled", name)
			}
			if strings.ContainsFunc(status.Reason.Detail, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
				t.Errorf("%s: %q", name, status.Reason.Detail)
			}
		}
	})
}

func TestAnEndlessAnswerIsCutOff(t *testing.T) {
	b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
	ref := b.ref("aws", acme)
	read := 0
	endless := roundTrip(func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(r.URL.RawQuery, "logging") {
			return b.lab.Transport().RoundTrip(r)
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: endlessBody{&read}, Request: r}, nil
	})
	s := awss3.New(scanners.Runtime{Transport: endless, Now: func() time.Time { return at }}, signedAs(mine), atOnce())
	rec, err := s.Inspect(t.Context(), ref, scanners.NewFactSet("bucket.logging"), nil)
	if err != nil || rec.Bucket.Logging.Reason.Code != scanners.Malformed || read > 20<<20 {
		t.Errorf("%v, %+v after %d bytes", err, rec.Bucket.Logging, read)
	}
}

type endlessBody struct{ read *int }

func (b endlessBody) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	*b.read += len(p)
	return len(p), nil
}

func (endlessBody) Close() error { return nil }

func TestListingsThatNeverEnd(t *testing.T) {
	for name, token := range map[string]func(n int) string{
		"the same page for ever": func(int) string { return "again" },
		"always another page":    func(n int) string { return strconv.Itoa(n) },
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
			asked := 0
			endless := roundTrip(func(r *http.Request) (*http.Response, error) {
				if !strings.HasSuffix(r.URL.Path, "/accesspoint") {
					return b.lab.Transport().RoundTrip(r)
				}
				asked++
				return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r,
					Body: io.NopCloser(strings.NewReader("<ListAccessPointsResult><NextToken>" + token(asked) + "</NextToken></ListAccessPointsResult>"))}, nil
			})
			s := awss3.New(scanners.Runtime{Transport: endless, Now: func() time.Time { return at }}, signedAs(mine), atOnce())
			rec, err := s.Inspect(t.Context(), b.ref("aws", acme), scanners.NewFactSet("bucket.aws.access_points"), nil)
			if err != nil || rec.Bucket.AWS.AccessPoints.Reason.Code != scanners.Malformed || asked > 1000 {
				t.Errorf("%v, %+v after %d pages", err, rec.Bucket.AWS.AccessPoints, asked)
			}
		})
	}
	t.Run("of buckets", func(t *testing.T) {
		b := start(t, oneBucket(lab.Bucket{}), scanners.Runtime{})
		still := roundTrip(func(r *http.Request) (*http.Response, error) {
			if !strings.HasPrefix(r.URL.Host, "s3.us-east-1.") {
				return b.lab.Transport().RoundTrip(r)
			}
			return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(
				"<ListAllMyBucketsResult><Buckets/><ContinuationToken>again</ContinuationToken></ListAllMyBucketsResult>"))}, nil
		})
		b.scanner = awss3.New(scanners.Runtime{Transport: still}, signedAs(mine), atOnce())
		if got := b.discover("aws"); len(got.errs) != 1 || !strings.Contains(got.errs[0].Error(), "does not come to an end") {
			t.Errorf("%v", got.errs)
		}
	})
}

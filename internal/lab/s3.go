// Amazon S3's answers (S3 API Reference, response syntax of each operation).

package lab

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

const timeForm = "2006-01-02T15:04:05.000Z"

// CanonicalID is an account's canonical user id: 64 hexadecimal digits.
func CanonicalID(account string) string {
	return fmt.Sprintf("%064x", []byte("lab-"+account))[:64]
}

func (l *Lab) caller(q request) *Account {
	for i := range l.world.Accounts {
		if l.world.Accounts[i].ID == q.account {
			return &l.world.Accounts[i]
		}
	}
	return nil
}

func (l *Lab) s3(q request) answer {
	caller := l.caller(q)
	if q.account != "" && caller == nil {
		return q.refuse(BadKey)
	}
	if q.operation == "ListBuckets" {
		if caller == nil {
			return q.refuse(Deny)
		}
		return listBuckets(q, caller)
	}
	at, ok := l.byBucket[q.bucket]
	if !ok {
		return q.refuse(Gone)
	}
	if q.owner != "" && q.owner != at.account.ID {
		return q.refuse(Deny)
	}
	if at.bucket.Region != q.region {
		return elsewhere(q, at.bucket)
	}
	out := at.bucketAnswer(q, caller)
	if out.header == nil {
		out.header = map[string]string{}
	}
	out.header["x-amz-bucket-region"] = at.bucket.Region
	return out
}

// elsewhere sends a request to the bucket's own region (User Guide, "Request redirection and the REST API").
func elsewhere(q request, b *Bucket) answer {
	out := xmlAnswer(struct {
		XMLName                         xml.Name `xml:"Error"`
		Code, Message, Endpoint, Bucket string
	}{Code: "PermanentRedirect", Message: "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
		Endpoint: b.Name + ".s3." + b.Region + ".amazonaws.com", Bucket: b.Name})
	out.status = http.StatusMovedPermanently
	out.header["x-amz-bucket-region"] = b.Region
	return out
}

type listedBucket struct {
	Name, CreationDate, BucketRegion string
}

// listBuckets pages as ListBuckets does; an answer to a request with a parameter carries the regions.
func listBuckets(q request, caller *Account) answer {
	limit := number(q.query, "max-buckets", 10_000)
	paged := q.query.Has("max-buckets") || q.query.Has("prefix") || q.query.Has("continuation-token")
	out := struct {
		XMLName           xml.Name       `xml:"ListAllMyBucketsResult"`
		Owner             owner          `xml:"Owner"`
		Buckets           []listedBucket `xml:"Buckets>Bucket"`
		ContinuationToken string         `xml:",omitempty"`
		Prefix            string         `xml:",omitempty"`
	}{Owner: owner{CanonicalID(caller.ID)}, Prefix: q.query.Get("prefix")}
	list := sortedBuckets(caller)
	from, _ := strconv.Atoi(strings.TrimPrefix(q.query.Get("continuation-token"), "after-"))
	for i := max(from, 0); i < len(list); i++ {
		if !strings.HasPrefix(list[i].Name, out.Prefix) {
			continue
		}
		if len(out.Buckets) == limit {
			out.ContinuationToken = "after-" + strconv.Itoa(i)
			break
		}
		b := listedBucket{Name: list[i].Name, CreationDate: list[i].Created.UTC().Format(timeForm)}
		if paged {
			b.BucketRegion = list[i].Region
		}
		out.Buckets = append(out.Buckets, b)
	}
	return xmlAnswer(out)
}

func sortedBuckets(a *Account) []*Bucket {
	list := make([]*Bucket, len(a.Buckets))
	for i := range a.Buckets {
		list[i] = &a.Buckets[i]
	}
	if !sort.SliceIsSorted(list, func(i, j int) bool { return list[i].Name < list[j].Name }) {
		sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	}
	return list
}

func number(query url.Values, key string, otherwise int) int {
	n, err := strconv.Atoi(query.Get(key))
	if err != nil || n <= 0 || n > otherwise {
		return otherwise
	}
	return n
}

type owner struct {
	ID string `xml:"ID"`
}

const schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

type grantee struct {
	Schema string `xml:"xmlns:xsi,attr"`
	Type   string `xml:"xsi:type,attr"`
	ID     string `xml:"ID,omitempty"`
	URI    string `xml:"URI,omitempty"`
}

type grantXML struct {
	Grantee    grantee `xml:"Grantee"`
	Permission string  `xml:"Permission"`
}

func aclAnswer(account string, extra []Grant) answer {
	out := struct {
		XMLName xml.Name   `xml:"AccessControlPolicy"`
		Owner   owner      `xml:"Owner"`
		Grants  []grantXML `xml:"AccessControlList>Grant"`
	}{Owner: owner{CanonicalID(account)}}
	out.Grants = []grantXML{{grantee{Schema: schemaInstance, Type: "CanonicalUser", ID: CanonicalID(account)}, "FULL_CONTROL"}}
	for _, g := range extra {
		kind := "Group"
		if g.URI == "" {
			kind = "CanonicalUser"
		}
		out.Grants = append(out.Grants, grantXML{grantee{Schema: schemaInstance, Type: kind, ID: g.ID, URI: g.URI}, g.Permission})
	}
	return xmlAnswer(out)
}

// bucketAnswer answers a question about one bucket. An unsigned client gets what the world says a stranger
// gets; a signed client of another account gets what it would get without a grant: nothing.
func (at place) bucketAnswer(q request, caller *Account) answer {
	b := at.bucket
	switch {
	case caller == nil && q.operation == "GetObject" && b.AnonymousRead:
		return b.object(q)
	case caller == nil && q.operation == "ListObjectsV2" && b.AnonymousList:
		return b.listObjects(q, at.account.ID)
	case caller == nil, caller.ID != at.account.ID && !b.crossAccount(caller.ID):
		return q.refuse(Deny)
	case caller.ID != at.account.ID && strings.HasPrefix(q.operation, "GetBucketPolicy"):
		return q.refuse(NotHere)
	}
	switch q.operation {
	case "HeadBucket":
		return answer{status: http.StatusOK}
	case "ListObjectsV2":
		return b.listObjects(q, at.account.ID)
	case "GetBucketAcl":
		return aclAnswer(at.account.ID, b.Grants)
	case "GetObjectAcl":
		for _, o := range b.Objects {
			if o.Key == q.key {
				return aclAnswer(at.account.ID, o.Grants)
			}
		}
		return q.failure(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	case "GetObject":
		return b.object(q)
	}
	return b.setting(q)
}

// crossAccount reports whether the bucket's policy names the account: enough for a demo, and for tests of a
// caller who is not the owner.
func (b *Bucket) crossAccount(account string) bool {
	return strings.Contains(b.Policy, "arn:aws:iam::"+account+":")
}

func (b *Bucket) object(q request) answer {
	key := q.key
	if q.website && b.Website != nil && (key == "" || strings.HasSuffix(key, "/")) {
		key += b.Website.Index
	}
	for _, o := range b.Objects {
		if o.Key == key {
			kind := "application/octet-stream"
			if strings.HasSuffix(key, ".html") {
				kind = "text/html; charset=utf-8"
			}
			return answer{status: http.StatusOK, body: []byte(o.Body), header: map[string]string{"Content-Type": kind}}
		}
	}
	return q.failure(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
}

type listedObject struct {
	Key, LastModified, ETag string
	Size                    int64
	Owner                   *owner `xml:"Owner,omitempty"`
	StorageClass            string
}

func (b *Bucket) listObjects(q request, account string) answer {
	limit, encoded := number(q.query, "max-keys", 1000), q.query.Get("encoding-type") == "url"
	out := struct {
		XMLName      xml.Name `xml:"ListBucketResult"`
		Name, Prefix string
		KeyCount     int
		MaxKeys      int
		EncodingType string `xml:",omitempty"`
		IsTruncated  bool
		NextToken    string         `xml:"NextContinuationToken,omitempty"`
		Contents     []listedObject `xml:"Contents"`
	}{Name: b.Name, Prefix: q.query.Get("prefix"), MaxKeys: limit, EncodingType: q.query.Get("encoding-type")}
	for _, o := range b.Objects {
		if !strings.HasPrefix(o.Key, out.Prefix) || o.Key <= q.query.Get("continuation-token") {
			continue
		}
		if len(out.Contents) == limit {
			out.IsTruncated, out.NextToken = true, out.Contents[limit-1].Key
			break
		}
		listed := listedObject{Key: o.Key, LastModified: o.Modified.UTC().Format(timeForm), Size: o.Size,
			ETag: fmt.Sprintf("\"%032x\"", hash(o.Key)), StorageClass: or(o.StorageClass, "STANDARD")}
		if encoded {
			listed.Key = url.QueryEscape(o.Key)
		}
		if q.query.Get("fetch-owner") == "true" {
			listed.Owner = &owner{CanonicalID(account)}
		}
		out.Contents = append(out.Contents, listed)
	}
	out.KeyCount = len(out.Contents)
	return xmlAnswer(out)
}

func days(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

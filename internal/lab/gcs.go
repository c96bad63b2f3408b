// Google Cloud Storage's answers (JSON API v1, and as much of the XML API as a stranger needs).

package lab

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strconv"
	"strings"

	storage "google.golang.org/api/storage/v1"
)

// google answers one request for a host of Google's.
func (l *Lab) google(q request) answer {
	g := l.world.Google
	switch q.operation {
	case "oauth2.token":
		return googleJSON(map[string]any{"access_token": "lab-token", "expires_in": 3599, "token_type": "Bearer"})
	case "xml.objects.list", "xml.objects.get":
		return g.stranger(q)
	}
	if q.account == "" {
		return googleError(http.StatusUnauthorized, "required", "Anonymous caller does not have access to the resource.")
	}
	switch {
	case q.operation == "storage.buckets.list":
		return g.listBuckets(q)
	case q.operation == "storage.projects.hmacKeys.list":
		return g.listKeys(q)
	case strings.HasPrefix(q.operation, "storage."):
		return g.ofBucket(q)
	default:
		return g.above(q)
	}
}

func (g *Google) project(name string) *GoogleProject {
	name = strings.TrimPrefix(name, "projects/")
	for i := range g.Projects {
		if p := &g.Projects[i]; p.ID == name || strconv.FormatUint(p.Number, 10) == name {
			return p
		}
	}
	return nil
}

func (g *Google) bucket(name string) (*GoogleProject, *GoogleBucket) {
	g.once.Do(func() {
		g.byName = map[string]googlePlace{}
		for i := range g.Projects {
			for j := range g.Projects[i].Buckets {
				g.byName[g.Projects[i].Buckets[j].Resource.Name] = googlePlace{&g.Projects[i], &g.Projects[i].Buckets[j]}
			}
		}
	})
	at := g.byName[name]
	return at.project, at.bucket
}

type googlePlace struct {
	project *GoogleProject
	bucket  *GoogleBucket
}

// shown is the resource as buckets.get and buckets.list give it.
func (b *GoogleBucket) shown(p *GoogleProject, projection string) *storage.Bucket {
	out := b.Resource
	out.Kind, out.Id, out.ProjectNumber = "storage#bucket", out.Name, p.Number
	if projection != "full" || b.uniform() || b.NoACLs {
		out.Acl, out.DefaultObjectAcl, out.Owner = nil, nil, nil
		return &out
	}
	// A bucket without uniform access always has an ACL: its project's teams.
	out.Acl = append([]*storage.BucketAccessControl{
		{Entity: "project-owners-" + strconv.FormatUint(p.Number, 10), Role: "OWNER"},
	}, out.Acl...)
	if out.DefaultObjectAcl == nil {
		out.DefaultObjectAcl = []*storage.ObjectAccessControl{{Entity: "project-owners-" + strconv.FormatUint(p.Number, 10), Role: "OWNER"}}
	}
	return &out
}

func (g *Google) listBuckets(q request) answer {
	p := g.project(q.bucket)
	if p == nil {
		return googleError(http.StatusNotFound, "notFound", "The requested project was not found.")
	}
	list := make([]*GoogleBucket, len(p.Buckets))
	for i := range p.Buckets {
		list[i] = &p.Buckets[i]
	}
	slices.SortFunc(list, func(a, b *GoogleBucket) int { return strings.Compare(a.Resource.Name, b.Resource.Name) })
	page, next := pageOf(q, len(list), "maxResults", 1000)
	out := storage.Buckets{Kind: "storage#buckets", NextPageToken: next}
	for _, b := range list[page[0]:page[1]] {
		out.Items = append(out.Items, b.shown(p, q.query.Get("projection")))
	}
	return googleJSON(out)
}

// pageOf cuts a list as the page token and the size asked for say.
func pageOf(q request, n int, size string, most int) (page [2]int, next string) {
	limit := number(q.query, size, most)
	from, _ := strconv.Atoi(q.query.Get("pageToken"))
	from = min(max(from, 0), n)
	end := min(from+limit, n)
	if end < n {
		next = strconv.Itoa(end)
	}
	return [2]int{from, end}, next
}

func (g *Google) listKeys(q request) answer {
	p := g.project(q.bucket)
	if p == nil {
		return googleError(http.StatusNotFound, "notFound", "The requested project was not found.")
	}
	page, next := pageOf(q, len(p.Keys), "maxResults", 250)
	return googleJSON(storage.HmacKeysMetadata{Kind: "storage#hmacKeysMetadata", Items: p.Keys[page[0]:page[1]], NextPageToken: next})
}

func (g *Google) ofBucket(q request) answer {
	p, b := g.bucket(q.bucket)
	if b == nil {
		return googleError(http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	}
	if b.Resource.Billing != nil && b.Resource.Billing.RequesterPays && q.query.Get("userProject") == "" && q.operation != "storage.buckets.get" {
		return googleError(http.StatusBadRequest, "required", "Bucket is a requester pays bucket but no user project provided.")
	}
	switch q.operation {
	case "storage.buckets.get":
		return googleJSON(b.shown(p, q.query.Get("projection")))
	case "storage.buckets.getIamPolicy":
		return policyAnswer(q, b.Policy, "projects/_/buckets/"+b.Resource.Name)
	case "storage.managedFolders.list":
		return b.listFolders(q)
	case "storage.managedFolders.getIamPolicy":
		for _, f := range b.Folders {
			if f.Name == q.key {
				return policyAnswer(q, f.Policy, "projects/_/buckets/"+b.Resource.Name+"/managedFolders/"+f.Name)
			}
		}
		return googleError(http.StatusNotFound, "notFound", "The specified managed folder does not exist.")
	case "storage.notifications.list":
		out := storage.Notifications{Kind: "storage#notifications"}
		for i, topic := range b.Topics {
			out.Items = append(out.Items, &storage.Notification{Id: strconv.Itoa(i + 1), Topic: topic, Kind: "storage#notification"})
		}
		return googleJSON(out)
	case "storage.objects.list":
		return b.listObjects(q)
	}
	return googleError(http.StatusNotFound, "notFound", "Not Found")
}

// policyAnswer leaves conditions out below version 3, as the service does.
func policyAnswer(q request, p storage.Policy, resource string) answer {
	p.Kind, p.ResourceId, p.Etag, p.Version = "storage#policy", resource, "CAE=", 1
	p.Bindings = slices.Clone(p.Bindings)
	for i, b := range p.Bindings {
		if b.Condition == nil {
			continue
		}
		if q.query.Get("optionsRequestedPolicyVersion") == "3" {
			p.Version = 3
			continue
		}
		bare := *b
		bare.Condition, bare.Role = nil, b.Role+"_withcond_0000"
		p.Bindings[i] = &bare
	}
	return googleJSON(p)
}

func (b *GoogleBucket) listFolders(q request) answer {
	if !b.uniform() {
		return googleError(http.StatusBadRequest, "invalid", "Managed folders are only supported in buckets with uniform bucket-level access enabled.")
	}
	page, next := pageOf(q, len(b.Folders), "pageSize", 1000)
	out := storage.ManagedFolders{Kind: "storage#managedFolders", NextPageToken: next}
	for _, f := range b.Folders[page[0]:page[1]] {
		out.Items = append(out.Items, &storage.ManagedFolder{Kind: "storage#managedFolder", Bucket: b.Resource.Name, Name: f.Name})
	}
	return googleJSON(out)
}

func (b *GoogleBucket) listObjects(q request) answer {
	page, next := pageOf(q, len(b.Objects), "maxResults", 1000)
	out := storage.Objects{Kind: "storage#objects", NextPageToken: next}
	for _, o := range b.Objects[page[0]:page[1]] {
		shown := *o
		shown.Kind, shown.Bucket = "storage#object", b.Resource.Name
		switch {
		case b.uniform() || b.NoACLs || q.query.Get("projection") != "full":
			shown.Acl = nil
		case shown.Acl == nil:
			shown.Acl = []*storage.ObjectAccessControl{{Entity: "project-owners-1", Role: "OWNER"}}
		}
		out.Items = append(out.Items, &shown)
	}
	return googleJSON(out)
}

// stranger answers the XML API as it does without credentials.
func (g *Google) stranger(q request) answer {
	_, b := g.bucket(q.bucket)
	fail := func(status int, code string) answer {
		out := xmlAnswer(struct {
			XMLName xml.Name `xml:"Error"`
			Code    string
			Message string
		}{Code: code, Message: "Anonymous caller does not have access to the Google Cloud Storage resource."})
		out.status = status
		return out
	}
	switch {
	case b == nil:
		return fail(http.StatusNotFound, "NoSuchBucket")
	case q.operation == "xml.objects.list" && !b.AnonymousList, q.operation == "xml.objects.get" && !b.AnonymousRead:
		return fail(http.StatusForbidden, "AccessDenied")
	case q.operation == "xml.objects.list":
		type content struct {
			Key  string
			Size uint64
		}
		out := struct {
			XMLName     xml.Name `xml:"ListBucketResult"`
			Name        string
			IsTruncated bool
			Contents    []content
		}{Name: b.Resource.Name}
		for _, o := range b.Objects {
			out.Contents = append(out.Contents, content{o.Name, o.Size})
		}
		return xmlAnswer(out)
	}
	for _, o := range b.Objects {
		if o.Name == q.key {
			return answer{status: http.StatusOK, header: map[string]string{"Content-Type": or(o.ContentType, "application/octet-stream")}, body: []byte("made up\n")}
		}
	}
	return fail(http.StatusNotFound, "NoSuchKey")
}

func googleJSON(v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	return answer{status: http.StatusOK, body: body, header: map[string]string{"Content-Type": "application/json; charset=UTF-8"}}
}

// googleError is an error of the JSON API. Cloud Storage, "HTTP status and error codes for JSON".
func googleError(status int, reason, message string) answer {
	out := googleJSON(map[string]any{"error": map[string]any{
		"code": status, "message": message, "errors": []map[string]any{{"domain": "global", "reason": reason, "message": message}},
	}})
	out.status = status
	return out
}

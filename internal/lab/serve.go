// Answering: count, wait, spoil, and hand over to the service.

package lab

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// answer is what goes back.
type answer struct {
	status int
	header map[string]string
	body   []byte
}

// largestRequest bounds a request's body; the SDK's are below 1 kB.
const largestRequest = 64 << 10

// ServeHTTP answers one request.
func (l *Lab) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, largestRequest))
	if err != nil {
		return
	}
	form, _ := url.ParseQuery(string(body))
	if isGoogle(r.Host) {
		l.serveGoogle(w, r, form)
		return
	}
	if isAzure(r.Host) {
		l.serveAzure(w, r)
		return
	}
	at, ok := serviceOf(r.Host)
	if !ok {
		http.Error(w, "no such host in this world", http.StatusNotFound)
		return
	}
	if r.Header.Get("X-Amz-Target") != "" {
		form = url.Values{"body": {string(body)}}
	}
	q := read(r, at, form)
	fault, spoiled := l.count(q)
	if !l.wait(r) {
		return
	}
	out := l.respond(q)
	if spoiled && !l.spoil(w, r, q, fault, &out) {
		return
	}
	l.write(w, r, q, out)
}

func (l *Lab) wait(r *http.Request) bool {
	if l.world.Latency <= 0 {
		return true
	}
	timer := time.NewTimer(l.world.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// count notes the request and finds the fault that is due.
func (l *Lab) count(q request) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[string(q.service)+":"+q.operation]++
	for i, f := range l.world.Faults {
		if (f.Operation != "" && f.Operation != q.operation) || (f.Resource != "" && f.Resource != q.resource()) {
			continue
		}
		if f.Share > 1 && hash(q.identity())%uint32(f.Share) != 0 {
			continue
		}
		if f.Times > 0 {
			key := strconv.Itoa(i) + "\x00" + q.identity()
			if l.attempts[key] >= f.Times {
				continue
			}
			l.attempts[key]++
		}
		return f, true
	}
	return Fault{}, false
}

func hash(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}

func (l *Lab) respond(q request) answer {
	switch q.service {
	case serviceSTS:
		return l.sts(q)
	case serviceOrgs:
		return l.organizations(q)
	case serviceControl:
		return l.control(q)
	default:
		return l.s3(q)
	}
}

func (l *Lab) write(w http.ResponseWriter, r *http.Request, q request, out answer) {
	id := fmt.Sprintf("%08X%08X", hash(q.identity()), hash(q.operation))
	w.Header().Set("X-Amz-Request-Id", id)
	w.Header().Set("X-Amzn-RequestId", id)
	if q.service == serviceS3 {
		w.Header().Set("Server", "AmazonS3")
	}
	for key, value := range out.header {
		w.Header().Set(key, value)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
	w.WriteHeader(out.status)
	if r.Method != http.MethodHead {
		w.Write(out.body)
	}
}

// spoil changes the answer, or deals with the connection itself and returns false.
func (l *Lab) spoil(w http.ResponseWriter, r *http.Request, q request, f Fault, out *answer) bool {
	switch f.Kind {
	case Hang:
		<-r.Context().Done()
		return false
	case Reset, Truncate:
		hijacker, ok := w.(http.Hijacker)
		if !ok {
			return false
		}
		conn, buffer, err := hijacker.Hijack()
		if err != nil {
			return false
		}
		defer conn.Close()
		if f.Kind == Reset {
			if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
				tcp.SetLinger(0) //nolint:errcheck // closing is all that is left
			}
			return false
		}
		fmt.Fprintf(buffer, "HTTP/1.1 %d OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n", out.status, len(out.body))
		buffer.Write(out.body[:len(out.body)/2]) //nolint:errcheck // closing is all that is left
		buffer.Flush()                           //nolint:errcheck // closing is all that is left
		return false
	case Cut:
		out.body = out.body[:len(out.body)/2]
	case Wrong:
		*out = xmlAnswer(struct {
			XMLName  xml.Name `xml:"ListBucketResult"`
			Name     string
			MaxKeys  int
			Contents []struct{}
		}{Name: q.bucket, MaxKeys: 1000})
	case Empty:
		*out = answer{status: http.StatusOK}
	case Garbage:
		*out = answer{status: http.StatusOK, body: []byte("<!doctype html><title>Welcome to the proxy</title><p>Please log in")}
	case Hollow:
		if root := rootOf(out.body); root != "" {
			*out = answer{status: http.StatusOK, body: []byte("<" + root + " xmlns=\"" + s3Namespace + "\"></" + root + ">")}
		}
	default:
		*out = q.refuse(f.Kind)
		if at, ok := l.byBucket[q.bucket]; ok && q.service == serviceS3 {
			out.header["x-amz-bucket-region"] = at.bucket.Region
		}
	}
	return true
}

func rootOf(body []byte) string {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local
		}
	}
}

// refuse is the error answer for a fault, in the service's own form.
func (q request) refuse(kind FaultKind) answer {
	switch kind {
	case Throttle:
		return q.failure(http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	case Busy:
		out := q.failure(http.StatusServiceUnavailable, "ServiceUnavailable", "Service is unable to handle request.")
		out.header["Retry-After"] = "3"
		return out
	case Limit:
		return q.failure(http.StatusBadRequest, "RequestLimitExceeded", "Request limit exceeded.")
	case Broken:
		return q.failure(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
	case Gone:
		return q.failure(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	case Expired:
		return q.failure(http.StatusBadRequest, "ExpiredToken", "The provided token has expired.")
	case BadKey:
		return q.failure(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
	case Skewed:
		return q.failure(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")
	case Missing:
		return q.failure(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented.")
	case NotHere:
		return q.failure(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	case Malformed:
		return q.failure(http.StatusBadRequest, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region is wrong.")
	default:
		return q.failure(http.StatusForbidden, "AccessDenied", "Access Denied")
	}
}

// failure is an error in the form of the service: REST XML, query XML, or JSON.
func (q request) failure(status int, code, message string) answer {
	switch q.service {
	case serviceOrgs:
		body, _ := json.Marshal(map[string]string{"__type": code, "Message": message})
		return answer{status: http.StatusBadRequest, body: body, header: map[string]string{"Content-Type": "application/x-amz-json-1.1"}}
	case serviceSTS, serviceControl:
		type inner struct{ Type, Code, Message string }
		out := xmlAnswer(struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   inner
		}{Error: inner{"Sender", code, message}})
		out.status = status
		return out
	}
	out := xmlAnswer(struct {
		XMLName    xml.Name `xml:"Error"`
		Code       string
		Message    string
		BucketName string `xml:",omitempty"`
	}{Code: code, Message: message, BucketName: q.bucket})
	out.status = status
	return out
}

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// xmlAnswer writes v as S3 does: the declaration, one line, the namespace on the root.
func xmlAnswer(v any) answer {
	body, err := xml.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError, header: map[string]string{}}
	}
	text := string(body)
	if at := strings.IndexAny(text, "> "); at > 0 && !strings.HasPrefix(text, "<Error") {
		text = text[:at] + ` xmlns="` + s3Namespace + `"` + text[at:]
	}
	return answer{status: http.StatusOK, body: []byte(xml.Header[:len(xml.Header)-1] + "\n" + text),
		header: map[string]string{"Content-Type": "application/xml"}}
}

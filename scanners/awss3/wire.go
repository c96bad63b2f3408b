// Checking that an answer is an answer. The SDK decodes any XML document whatever its root, so a server that
// answers an unknown question with a bucket listing would read as "nothing is set".

package awss3

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/tojimari/tojimari/scanners/attempt"
)

// malformedError is a 2xx answer that does not answer the question.
type malformedError struct {
	what      string
	empty     bool // no body at all
	truncated bool // it began well
	listing   bool // it lists a bucket
}

func (e *malformedError) Error() string { return e.what }

// answerRoot names the root element of each operation's answer; "{" stands for a JSON object.
func answerRoot(operation string) string {
	switch operation {
	case "ListBuckets":
		return "ListAllMyBucketsResult"
	case "GetBucketLocation":
		return "LocationConstraint"
	case "GetPublicAccessBlock":
		return "PublicAccessBlockConfiguration"
	case "GetBucketAcl", "GetObjectAcl":
		return "AccessControlPolicy"
	case "GetBucketPolicy":
		return "{"
	case "GetBucketPolicyStatus":
		return "PolicyStatus"
	case "GetBucketOwnershipControls":
		return "OwnershipControls"
	case "GetBucketWebsite":
		return "WebsiteConfiguration"
	case "GetBucketCors":
		return "CORSConfiguration"
	case "GetBucketVersioning":
		return "VersioningConfiguration"
	case "GetBucketLogging":
		return "BucketLoggingStatus"
	case "GetBucketEncryption":
		return "ServerSideEncryptionConfiguration"
	case "GetBucketLifecycleConfiguration":
		return "LifecycleConfiguration"
	case "GetObjectLockConfiguration":
		return "ObjectLockConfiguration"
	case "GetBucketReplication":
		return "ReplicationConfiguration"
	case "GetBucketRequestPayment":
		return "RequestPaymentConfiguration"
	case "GetBucketTagging":
		return "Tagging"
	case "GetBucketNotificationConfiguration":
		return "NotificationConfiguration"
	case "GetBucketAccelerateConfiguration":
		return "AccelerateConfiguration"
	case "GetBucketAbac":
		return "AbacStatus"
	case "ListObjectsV2":
		return "ListBucketResult"
	case "ListAccessPoints", "GetAccessPoint", "GetAccessPointPolicy", "ListMultiRegionAccessPoints", "GetMultiRegionAccessPointPolicy":
		return operation + "Result"
	}
	return ""
}

// checkAnswers adds the check to a client's operations; put it into the client's APIOptions.
func (ses *session) checkAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Insert(answerCheck{ses}, "OperationDeserializer", middleware.After)
}

type answerCheck struct{ ses *session }

func (answerCheck) ID() string { return "tojimari:AnswerCheck" }

func (c answerCheck) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || response.StatusCode < 200 || response.StatusCode > 299 {
		return out, metadata, err
	}
	operation := awsmiddleware.GetOperationName(ctx)
	root := answerRoot(operation)
	if root == "" {
		return out, metadata, nil
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return out, metadata, fmt.Errorf("reading the answer: %w", err)
	}
	if err := checkBody(body, root, operation); err != nil {
		other := c.ses.otherRoot(operation)
		if other == "" || checkBody(body, other, operation) != nil {
			return out, metadata, err
		}
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(body), response.Body}
	return out, metadata, nil
}

// checkBody says whether body is one whole document with the given root. It does not decode what is inside.
func checkBody(body []byte, root, operation string) error {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return &malformedError{what: "the answer is empty", empty: true}
	}
	if root == "{" {
		if body[0] != '{' {
			return &malformedError{what: "the answer is not a policy document"}
		}
		if !json.Valid(body) {
			return &malformedError{what: "the policy document is not JSON or ended early", truncated: body[len(body)-1] != '}'}
		}
		return nil
	}
	decoder := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := decoder.Token()
		if err != nil {
			return &malformedError{what: "the answer is not XML", truncated: endedEarly(err)}
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if name := start.Name.Local; name != root && name != "Error" && !namedAfter(name, operation) {
			return &malformedError{what: fmt.Sprintf("the answer is %q where %q was asked for", attempt.Clean(start.Name.Local, 60), root), listing: name == "ListBucketResult"}
		}
		if !endsWith(body, start.Name.Local) {
			return &malformedError{what: "the answer ended early", truncated: true}
		}
		return nil
	}
}

// endedEarly reports whether a decoder ran out of input.
func endedEarly(err error) bool {
	var syntax *xml.SyntaxError
	return errors.Is(err, io.EOF) || errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF")
}

// namedAfter takes the roots that servers written from the SDK's models give: the operation's name, or an older
// one that it begins with, and a word for an answer.
func namedAfter(root, operation string) bool {
	for _, word := range []string{"Response", "Result", "Output"} {
		if name, ok := strings.CutSuffix(root, word); ok && name != "ListBucket" && len(name) > len("GetBucket") {
			return strings.HasPrefix(operation, name)
		}
	}
	return false
}

// endsWith reports whether body ends with the root's end tag, or is nothing but an empty root element.
func endsWith(body []byte, root string) bool {
	at := bytes.LastIndexByte(body, '<')
	if at < 0 || body[len(body)-1] != '>' {
		return false
	}
	last := string(body[at:])
	name, isEnd := strings.CutPrefix(last, "</")
	if !isEnd {
		return strings.HasSuffix(last, "/>") && bytes.Count(body, []byte("<")) <= 1+bytes.Count(body, []byte("<?"))+bytes.Count(body, []byte("<!"))
	}
	name = strings.TrimSpace(strings.TrimSuffix(name, ">"))
	if _, local, prefixed := strings.Cut(name, ":"); prefixed {
		name = local
	}
	return name == root
}

//go:build servers && unix

// What access says outsiders can do, against what they can do at versitygw.

package servertest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/tojimari/tojimari/internal/access"
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/servers"
	"github.com/tojimari/tojimari/scanners"
)

// Shares of the questions: how many may be set aside, and how many have to be decided and compared, lest a scanner
// that knows nothing passes.
const (
	maxExcluded = 0.10
	minCompared = 0.85
)

// stage is versitygw over http and https, in place of S3.
type stage struct {
	owner     *s3.Client // the bucket owner
	transport *http.Transport
	clients   map[verdict.Audience]*http.Client
	// complete, if any, gives a record the facts that the server has no notion of.
	complete func(scene, *scanners.Record)
}

func newStage(t *testing.T) (stage, *servers.Server) {
	t.Helper()
	plain := servers.Versitygw(t)
	secure := servers.Versitygw(t, servers.TLS(), servers.Over(plain))
	servers.VersitygwUser(t, plain, outsider.ID, outsider.Secret)
	return stageOf(t, plain, secure), plain
}

// stageOf is a stage on two servers with one store. What they have not, moto answers: who is calling, the account's
// public access block, access points.
func stageOf(t *testing.T, plain, secure *servers.Server) stage {
	t.Helper()
	transport := servers.Transport(plain, secure, servers.Moto(t, servers.TLS()))
	client := func(via http.RoundTripper) *http.Client {
		return &http.Client{Transport: via, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return stage{
		owner: s3.New(s3.Options{
			Region:       "us-east-1",
			Credentials:  credentials.NewStaticCredentialsProvider(servers.VersitygwAccessKey, servers.VersitygwSecretKey, ""),
			HTTPClient:   client(transport),
			UsePathStyle: true,
		}),
		transport: transport,
		clients: map[verdict.Audience]*http.Client{
			verdict.Anonymous:  client(transport),
			verdict.AnyAccount: client(signing{transport}),
		},
	}
}

// outsider is a user of versitygw whom no policy names and who owns nothing: any account but the owner's.
var outsider = accessKey{"AKIDOUTSIDER", "SECRETOUTSIDER"}

// signing signs each request with the outsider's key, whatever its body.
type signing struct{ via http.RoundTripper }

func (s signing) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	key := aws.Credentials{AccessKeyID: outsider.ID, SecretAccessKey: outsider.Secret}
	// S3 signs the path as it is sent: escaping it once more would sign another one.
	once := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }
	if err := v4.NewSigner().SignHTTP(req.Context(), key, req, "UNSIGNED-PAYLOAD", "s3", "us-east-1", time.Now(), once); err != nil {
		return nil, err
	}
	return s.via.RoundTrip(req)
}

// set makes the bucket of a scene. A refusal of the policy or ACL is returned, anything else is fatal.
func (st stage) set(t *testing.T, s scene, bucket string) error {
	t.Helper()
	ctx := t.Context()
	create := &s3.CreateBucketInput{Bucket: &bucket}
	if s.ownership != "" {
		create.ObjectOwnership = types.ObjectOwnership(s.ownership)
	}
	if _, err := st.owner.CreateBucket(ctx, create); err != nil {
		t.Fatal(err)
	}
	for _, key := range objectKeys() {
		if _, err := st.owner.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(content(key))}); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.block) > 0 {
		on := func(flag string) *bool { return aws.Bool(slices.Contains(s.block, flag)) }
		if _, err := st.owner.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: on("BlockPublicAcls"), IgnorePublicAcls: on("IgnorePublicAcls"),
			BlockPublicPolicy: on("BlockPublicPolicy"), RestrictPublicBuckets: on("RestrictPublicBuckets")}}); err != nil {
			return fmt.Errorf("public access block: %w", err)
		}
	}
	if s.objectACL != "" {
		if _, err := st.owner.PutObjectAcl(ctx, &s3.PutObjectAclInput{Bucket: &bucket, Key: aws.String("o.txt"), ACL: types.ObjectCannedACL(s.objectACL)}); err != nil {
			return fmt.Errorf("object ACL: %w", err)
		}
	}
	if s.acl != "" {
		if _, err := st.owner.PutBucketAcl(ctx, &s3.PutBucketAclInput{Bucket: &bucket, ACL: types.BucketCannedACL(s.acl)}); err != nil {
			return fmt.Errorf("ACL: %w", err)
		}
	}
	if s.policy != "" {
		text := strings.ReplaceAll(s.policy, "BUCKET", bucket)
		if _, err := st.owner.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text}); err != nil {
			return fmt.Errorf("policy: %w", err)
		}
	}
	return nil
}

func TestOutsidersAtVersitygwGetWhatAccessSays(t *testing.T) {
	st, server := newStage(t)
	st.enforce(t, server, append(scenes(), randomScenes(t, 20261121, 150)...))
}

// enforce sets up the scenes, scans them, and asks of each what access says and what the server does.
func (st stage) enforce(t *testing.T, server *servers.Server, list []scene) {
	t.Helper()
	exclusions := loadExclusions(t, server, false)
	tally := map[string]int{}
	set := map[string]scene{} // by bucket
	for i, s := range list {
		bucket := fmt.Sprintf("scene-%03d", i)
		refused := covering(exclusions, s.constructs(t), "", true)
		err := st.set(t, s, bucket)
		for _, e := range refused {
			e.matched++
			if err != nil {
				e.reproduced++
			}
		}
		switch {
		case len(refused) > 0:
			tally["excluded"] += 2 * len(comparedVerbs())
		case err != nil:
			t.Errorf("%s does not take the scene %q: %v", server.Name, s.name, err)
		default:
			set[bucket] = s
		}
	}
	records := st.scan(t)
	if st.complete != nil {
		for bucket, s := range set {
			if records[bucket] != nil {
				st.complete(s, records[bucket])
			}
		}
	}
	for _, bucket := range slices.Sorted(maps.Keys(set)) {
		s := set[bucket]
		t.Run(s.name, func(t *testing.T) {
			record := records[bucket]
			if record == nil {
				t.Fatalf("the scan did not find %s", bucket)
			}
			judged := access.Judge(record, time.Now())
			for _, who := range []verdict.Audience{verdict.Anonymous, verdict.AnyAccount} {
				for _, verb := range comparedVerbs() {
					v := judged.Of(who, verb)
					complaint := st.compare(t, s, bucket, who, verb, v)
					aside := covering(exclusions, s.constructs(t), string(verb), false)
					aside = slices.DeleteFunc(aside, func(e *exclusion) bool { return e.Audience != "" && e.Audience != string(who) })
					for _, e := range aside {
						e.matched++
						if complaint != "" {
							e.reproduced++
						}
					}
					switch {
					case len(aside) > 0:
						tally["excluded"]++
					case v.Verdict == verdict.Unknown || v.Verdict == verdict.Conditional:
						tally[string(v.Verdict)]++
						t.Logf("%s %s %s: %+v %q", who, verb, v.Verdict, v.Reasons, v.DependsOn)
					default:
						tally["compared"]++
						if complaint != "" {
							t.Errorf("%s %s of %s\n%s", who, verb, strings.ReplaceAll(s.policy, "BUCKET", bucket), complaint)
						}
					}
				}
			}
		})
	}
	reportStale(t, exclusions)
	reportTally(t, server, tally)
}

// comparedVerbs are those that a request can show. Permissions are not: no server here lets strangers set ACLs.
func comparedVerbs() []verdict.Verb { return []verdict.Verb{verdict.List, verdict.Read, verdict.Write} }

// reportTally prints how much was compared, and fails where too little was.
func reportTally(t *testing.T, server *servers.Server, tally map[string]int) {
	t.Helper()
	total := 0
	for _, n := range tally {
		total += n
	}
	excluded := float64(tally["excluded"]) / float64(total)
	servers.Report(t, fmt.Sprintf("%s %s: %d questions: %d compared, %d unknown, %d conditional, %d excluded (%.1f %%)", server.Name, server.Version,
		total, tally["compared"], tally["unknown"], tally["conditional"], tally["excluded"], 100*excluded))
	if excluded > maxExcluded {
		t.Errorf("%.1f %% of the questions are excluded; at most %.0f %% may be", 100*excluded, 100*maxExcluded)
	}
	if compared := float64(tally["compared"]) / float64(total); compared < minCompared {
		t.Errorf("only %.1f %% of the questions were decided and compared; %.0f %% should be", 100*compared, 100*minCompared)
	}
}

// compare returns what speaks against a verdict: a yes whose own request fails, a no that a request gets past.
// Where the verdict decides nothing there is nothing to say.
func (st stage) compare(t *testing.T, s scene, bucket string, who verdict.Audience, verb verdict.Verb, v verdict.Verdict) string {
	t.Helper()
	switch v.Verdict {
	case verdict.Yes:
		if v.Witness == nil {
			return "yes without a request that shows it"
		}
		p := probe{verb: verb, method: v.Witness.Method, url: v.Witness.URL, header: http.Header{}}
		if verb == verdict.Read && !v.Witness.KeyKnown {
			// A stand-in, where the scan was not let in to list: what lies there may be asked for by name.
			p.url = strings.Replace(p.url, "/"+v.Witness.Key, "/"+keyWithin(t, v), 1)
		}
		for _, line := range v.Witness.Headers {
			p.header.Add(line[0], line[1])
		}
		if p.method == http.MethodPut {
			p.body = content("an outsider's")
		}
		if v.Witness.Signed != (who == verdict.AnyAccount) {
			return fmt.Sprintf("a request of %s with Signed %v", who, v.Witness.Signed)
		}
		if ok, answer := p.send(t, st.clients[who]); !ok {
			return fmt.Sprintf("says yes, but %v gets %s", p, answer)
		}
	case verdict.No:
		host := bucket + ".s3.us-east-1.amazonaws.com"
		for _, p := range pool(t, s, []string{"http://" + host, "https://" + host}, verb) {
			if ok, answer := p.send(t, st.clients[who]); ok {
				return fmt.Sprintf("says no, but %v gets %s", p, answer)
			}
		}
	}
	return ""
}

// keyWithin is an object of the scenes that a verdict says is exposed.
func keyWithin(t *testing.T, v verdict.Verdict) string {
	t.Helper()
	for _, key := range objectKeys() {
		for _, pattern := range v.Patterns {
			if start, open := strings.CutSuffix(pattern, "*"); key == pattern || open && strings.HasPrefix(key, start) {
				return key
			}
		}
	}
	t.Fatalf("no object lies within %q", v.Patterns)
	return ""
}

// scan reads every bucket of the stage as a scan of the account does.
func (st stage) scan(t *testing.T) map[string]*scanners.Record {
	t.Helper()
	key := accessKey{servers.VersitygwAccessKey, servers.VersitygwSecretKey}
	return scan{transport: st.transport, key: key, target: "aws", objects: 10}.buckets(t)
}

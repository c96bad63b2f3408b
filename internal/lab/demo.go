// The world of `tojimari demo`: buckets shaped like real incidents beside well-kept and awkward ones.

package lab

import (
	"fmt"
	"strings"
	"time"
)

const (
	demoAccount = "111122223333"
	demoPartner = "444455556666"
)

// DemoWorld is an AWS account with sixteen buckets a Google Cloud project with eight, and an Azure subscription
// with six storage accounts. Every name, number and document in it is made up.
func DemoWorld() World {
	made := time.Date(2020, 1, 14, 2, 0, 0, 0, time.UTC)
	well := func(name, region string) Bucket {
		return Bucket{
			Name: name, Region: region, Created: made.AddDate(4, 3, 0), Block: BlockAll(), Ownership: "BucketOwnerEnforced",
			Versioning: "Enabled", Logging: &Logging{"acme-access-logs", name + "/"},
			Encryption: &Encryption{Algorithm: "aws:kms", KeyID: "arn:aws:kms:" + region + ":" + demoAccount + ":key/0b1d7a5e-0000-4000-8000-000000000001", BucketKey: true, CustomerKeysBlocked: true},
			Lifecycle:  []LifecycleRule{{ID: "tidy", NoncurrentDays: 90, AbortUploadDays: 7}},
			Policy:     policy(tlsOnly(name)), Tags: []Tag{{"owner", "platform"}, {"data", "internal"}}, EventBridge: true,
		}
	}
	old := func(name, region string) Bucket {
		return Bucket{Name: name, Region: region, Created: made, Encryption: &Encryption{Algorithm: "AES256"}, Tags: []Tag{{"owner", "unknown"}}}
	}

	documents := old("acme-hr-documents", "ap-northeast-1")
	documents.Tags = []Tag{{"owner", "hr"}, {"data", "personal"}}
	documents.Encryption = &Encryption{Algorithm: "AES256"}
	documents.Policy = policy(
		statement("ForOurOrganisation", "Allow", `"*"`, "s3:ListBucket", "arn:aws:s3:::acme-hr-documents", `{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-acme000001"}}`),
		statement("ForOurOrganisationObjects", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::acme-hr-documents/*", `{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-acme000001"}}`))
	documents.PolicyPublic, documents.AnonymousList, documents.AnonymousRead = true, true, true
	documents.Objects = personalDocuments(made)

	referer := old("acme-recruit-uploads", "ap-northeast-1")
	referer.Policy = policy(statement("OnlyFromOurSite", "Allow", `{"AWS":"*"}`, "s3:GetObject", "arn:aws:s3:::acme-recruit-uploads/*",
		`{"StringLike":{"aws:Referer":"https://recruit.acme.example/*"}}`))
	referer.PolicyPublic = true
	referer.Objects = []Object{{Key: "2023/resume_yamada_taro.pdf", Size: 182_113, Modified: made}, {Key: "2023/履歴書_佐藤花子.pdf", Size: 201_774, Modified: made}}

	site := old("acme-www", "us-east-1")
	site.Website = &Website{Index: "index.html", Error: "404.html"}
	site.Policy = policy(statement("Site", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::acme-www/*", ""))
	site.PolicyPublic, site.AnonymousRead = true, true
	site.Versioning, site.CORS = "Enabled", []CORSRule{{Origins: []string{"*"}, Methods: []string{"GET"}, MaxAge: 3000}}
	site.Objects = []Object{
		{Key: "404.html", Size: 41, Modified: made, Body: "<!doctype html><title>Not found</title>\n"},
		{Key: "index.html", Size: 93, Modified: made, Body: "<!doctype html><title>Acme</title><p>Welcome. <a href=\"students/list.html\">Course lists</a>\n"},
		{Key: "students/list.html", Size: 88, Modified: made, Body: "<!doctype html><title>Course list 2021</title><table><tr><td>Student A<td>2021-04</table>\n"},
	}

	backups := old("acme-db-backups", "us-east-1")
	backups.Encryption = &Encryption{Algorithm: "AES256"}
	backups.Block, backups.Ownership = BlockAll(), "BucketOwnerEnforced"
	backups.Objects = []Object{{Key: "prod/2026-11-20.sql.gz", Size: 73_400_320_000, Modified: made}, {Key: "prod/2026-11-21.sql.gz", Size: 73_480_110_000, Modified: made}}

	latent := old("acme-old-downloads", "us-east-1")
	latent.Grants = []Grant{{URI: AllUsers, Permission: "READ"}, {URI: AllUsers, Permission: "READ_ACP"}}
	latent.Block = &PublicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true}
	latent.Objects = []Object{{Key: "setup-1.2.exe", Size: 5_120_000, Modified: made, Grants: []Grant{{URI: AllUsers, Permission: "READ"}}}}

	dropbox := old("acme-dropbox", "eu-west-1")
	dropbox.Grants = []Grant{{URI: AuthenticatedUsers, Permission: "WRITE"}, {URI: AuthenticatedUsers, Permission: "READ"}}

	restricted := old("acme-restricted", "us-east-1")
	restricted.Policy = policy(statement("Everyone", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::acme-restricted/*", ""))
	restricted.PolicyPublic = true
	restricted.Block = &PublicAccessBlock{BlockPublicPolicy: true, RestrictPublicBuckets: true}
	restricted.Ownership = "BucketOwnerEnforced"

	partner := well("acme-partner-exchange", "eu-west-1")
	partner.Policy = policy(tlsOnly("acme-partner-exchange"),
		statement("Partner", "Allow", `{"AWS":"arn:aws:iam::`+demoPartner+`:root"}`, "s3:GetObject", "arn:aws:s3:::acme-partner-exchange/out/*", ""))

	delegated := old("acme-lake", "us-west-2")
	delegated.Policy = policy(statement("ToOurAccessPoints", "Allow", `"*"`, "s3:*", "arn:aws:s3:::acme-lake/*", `{"StringEquals":{"s3:DataAccessPointAccount":"`+demoAccount+`"}}`))
	delegated.Ownership, delegated.Versioning = "BucketOwnerEnforced", "Enabled"

	sealed := old("acme-sealed", "us-east-1")
	sealed.Policy = policy(statement("Everyone", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::acme-sealed/*", ""))
	sealed.PolicyPublic = true
	sealed.Encryption = &Encryption{Algorithm: "aws:kms", KeyID: "arn:aws:kms:us-east-1:" + demoAccount + ":key/0b1d7a5e-0000-4000-8000-000000000002", BucketKey: true}

	payer := old("acme-open-data", "us-east-1")
	payer.Policy = policy(statement("OpenData", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::acme-open-data/*", ""),
		statement("OpenDataList", "Allow", `"*"`, "s3:ListBucket", "arn:aws:s3:::acme-open-data", ""))
	payer.PolicyPublic, payer.RequesterPays = true, true

	logs := well("acme-access-logs", "us-east-1")
	logs.Logging = nil
	logs.Policy = policy(statement("Logs", "Allow", `{"Service":"logging.s3.amazonaws.com"}`, "s3:PutObject", "arn:aws:s3:::acme-access-logs/*",
		`{"StringEquals":{"aws:SourceAccount":"`+demoAccount+`"}}`))

	vault := well("acme-ledger", "eu-west-1")
	vault.Lock, vault.MFADelete = &Lock{"COMPLIANCE", 2555}, true
	vault.Replication = []ReplicationRule{{ID: "copy", Bucket: "acme-ledger-copy", Account: demoPartner}}

	return World{
		Accounts: []Account{{
			ID: demoAccount, Name: "acme-production",
			Block: &PublicAccessBlock{},
			Buckets: []Bucket{
				logs, backups, well("acme-build-cache", "us-west-2"), old("acme-denied", "us-east-1"), dropbox, documents, delegated, vault,
				latent, payer, partner, referer, restricted, sealed, well("acme-throttled", "us-east-1"), site,
			},
			Points: []AccessPoint{
				{Name: "lake-analysts", Region: "us-west-2", Bucket: "acme-lake", VPC: "vpc-0a1b2c3d", Block: BlockAll()},
				{Name: "lake-share", Region: "us-west-2", Bucket: "acme-lake", Block: &PublicAccessBlock{},
					Policy: policy(statement("Share", "Allow", `"*"`, "s3:GetObject", "arn:aws:s3:us-west-2:"+demoAccount+":accesspoint/lake-share/object/*", ""))},
			},
		}},
		Google: demoGoogle(),
		Azure:  demoAzure(made),
		Faults: []Fault{
			{Kind: Deny, Operation: "storage.buckets.getIamPolicy", Resource: "acme-finance-denied"},
			{Kind: Deny, Operation: "BlobServices.GetServiceProperties", Resource: "acmefinance"},
			{Kind: Deny, Operation: "GetBlobServiceProperties", Resource: "acmefinance"},
			{Kind: Deny, Operation: "GetContainerACL", Resource: "acmefinance/ledgers"},
			{Kind: Deny, Operation: "GetBucketPolicy", Resource: "acme-denied"},
			{Kind: Deny, Operation: "GetBucketAcl", Resource: "acme-denied"},
			{Kind: Throttle, Resource: "acme-throttled", Times: 1},
		},
	}
}

// personalDocuments are the keys of identity documents and résumés, as an applicant system names them.
func personalDocuments(made time.Time) []Object {
	var out []Object
	for i, form := range []string{
		"applicants/%05d/passport.jpg", "applicants/%05d/driver_license_front.png", "applicants/%05d/mynumber_card_ura.jpg",
		"applicants/%05d/residence_card.jpg", "applicants/%05d/resume.pdf", "applicants/%05d/卒業証明書.pdf",
	} {
		for n := range 4 {
			out = append(out, Object{Key: fmt.Sprintf(form, 10_423+n), Size: int64(90_000 + 1_000*i + n), Modified: made.AddDate(0, n, i)})
		}
	}
	sortObjects(out)
	return out
}

func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func statement(sid, effect, principal, action, resource, condition string) string {
	text := fmt.Sprintf(`{"Sid":%q,"Effect":%q,"Principal":%s,"Action":%q,"Resource":%q`, sid, effect, principal, action, resource)
	if condition != "" {
		text += `,"Condition":` + condition
	}
	return text + "}"
}

func tlsOnly(bucket string) string {
	return fmt.Sprintf(`{"Sid":"TLSOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::%s","arn:aws:s3:::%s/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}`, bucket, bucket)
}

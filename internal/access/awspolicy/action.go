package awspolicy

// This file lists the S3 actions that make up each verb, with the condition keys that S3 fills in for them
// (Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3").

import (
	"sync"

	"github.com/tojimari/tojimari/internal/access/verdict"
)

// trait says what belongs to an action.
type trait uint32

const (
	onObject     trait = 1 << iota // needs an object ARN; otherwise the bucket ARN
	signedOnly                     // S3 refuses it unsigned whatever the policy says
	namedOnly                      // refused to strangers by S3 itself; counted for named outsiders
	setsACL                        // fails or is void where ACLs are disabled
	keysListing                    // s3:prefix, s3:delimiter, s3:max-keys
	keysVersion                    // s3:VersionId is in the request
	keysExisting                   // s3:ExistingObjectTag/*
	keysTags                       // s3:RequestObjectTag/*, s3:RequestObjectTagKeys
	keysACL                        // s3:x-amz-acl, s3:x-amz-grant-*
	keysPut                        // headers of an upload
	keysLock                       // s3:object-lock-*
	keysMatch                      // s3:if-match
)

type action struct {
	name   string // as documented
	low    string
	verb   verdict.Verb
	method string
	// query is the sub-resource that selects the operation, empty for the plain one.
	query string
	trait trait
}

// actions lists what is judged. The order is the order of preference for a witness. The list is built once and
// never changed.
var actions = sync.OnceValue(func() []action {
	list := []action{
		{name: "s3:ListBucket", verb: verdict.List, method: "GET", query: "list-type=2", trait: keysListing},
		{name: "s3:ListBucketVersions", verb: verdict.List, method: "GET", query: "versions", trait: keysListing},
		{name: "s3:ListBucketMultipartUploads", verb: verdict.List, method: "GET", query: "uploads"},

		{name: "s3:GetObject", verb: verdict.Read, method: "GET", trait: onObject | keysExisting},
		{name: "s3:GetObjectVersion", verb: verdict.Read, method: "GET", trait: onObject | keysExisting | keysVersion},

		{name: "s3:PutObject", verb: verdict.Write, method: "PUT", trait: onObject | keysACL | keysTags | keysPut | keysLock | keysMatch},
		{name: "s3:DeleteObject", verb: verdict.Write, method: "DELETE", trait: onObject | keysMatch},
		{name: "s3:DeleteObjectVersion", verb: verdict.Write, method: "DELETE", trait: onObject | keysVersion},
		{name: "s3:PutObjectTagging", verb: verdict.Write, method: "PUT", query: "tagging", trait: onObject | keysExisting | keysTags},
		{name: "s3:PutObjectVersionTagging", verb: verdict.Write, method: "PUT", query: "tagging", trait: onObject | keysExisting | keysTags | keysVersion},
		{name: "s3:DeleteObjectTagging", verb: verdict.Write, method: "DELETE", query: "tagging", trait: onObject | keysExisting},
		{name: "s3:DeleteObjectVersionTagging", verb: verdict.Write, method: "DELETE", query: "tagging", trait: onObject | keysExisting | keysVersion},
		{name: "s3:PutObjectRetention", verb: verdict.Write, method: "PUT", query: "retention", trait: onObject | keysLock},
		{name: "s3:PutObjectLegalHold", verb: verdict.Write, method: "PUT", query: "legal-hold", trait: onObject | keysLock},
		{name: "s3:RestoreObject", verb: verdict.Write, method: "POST", query: "restore", trait: onObject},
		{name: "s3:AbortMultipartUpload", verb: verdict.Write, method: "DELETE", query: "uploadId", trait: onObject},
		{name: "s3:ReplicateObject", verb: verdict.Write, method: "PUT", trait: onObject | signedOnly},
		{name: "s3:ReplicateDelete", verb: verdict.Write, method: "DELETE", trait: onObject | signedOnly},
		{name: "s3:ReplicateTags", verb: verdict.Write, method: "PUT", query: "tagging", trait: onObject | signedOnly},

		{name: "s3:PutBucketAcl", verb: verdict.Permissions, method: "PUT", query: "acl", trait: keysACL | setsACL},
		{name: "s3:PutObjectAcl", verb: verdict.Permissions, method: "PUT", query: "acl", trait: onObject | keysACL | keysExisting | setsACL},
		{name: "s3:PutObjectVersionAcl", verb: verdict.Permissions, method: "PUT", query: "acl", trait: onObject | keysACL | keysExisting | keysVersion | setsACL},
		{name: "s3:PutBucketPolicy", verb: verdict.Permissions, method: "PUT", query: "policy", trait: signedOnly | namedOnly},
		{name: "s3:PutBucketOwnershipControls", verb: verdict.Permissions, method: "PUT", query: "ownershipControls", trait: signedOnly | namedOnly},
		{name: "s3:PutBucketPublicAccessBlock", verb: verdict.Permissions, method: "PUT", query: "publicAccessBlock", trait: signedOnly | namedOnly},
	}
	for i := range list {
		list[i].low = lower(list[i].name)
	}
	return list
})

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// A bucket's configuration, one answer per sub-resource; what is not set answers with the documented code.

package lab

import (
	"encoding/xml"
	"net/http"
)

func (q request) notFound(code, message string) answer {
	return q.failure(http.StatusNotFound, code, message)
}

func (b *Bucket) setting(q request) answer {
	switch q.operation {
	case "GetBucketLocation":
		region := b.Region
		if region == "us-east-1" {
			region = ""
		}
		return xmlAnswer(struct {
			XMLName xml.Name `xml:"LocationConstraint"`
			Region  string   `xml:",chardata"`
		}{Region: region})
	case "GetPublicAccessBlock":
		if b.Block == nil {
			return q.notFound("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
		}
		return xmlAnswer(*b.Block)
	case "GetBucketPolicy":
		if b.Policy == "" {
			return q.notFound("NoSuchBucketPolicy", "The bucket policy does not exist")
		}
		return answer{status: http.StatusOK, body: []byte(b.Policy), header: map[string]string{"Content-Type": "application/json"}}
	case "GetBucketPolicyStatus":
		if b.Policy == "" {
			return q.notFound("NoSuchBucketPolicy", "The bucket policy does not exist")
		}
		return xmlAnswer(struct {
			XMLName  xml.Name `xml:"PolicyStatus"`
			IsPublic bool
		}{IsPublic: b.PolicyPublic})
	case "GetBucketOwnershipControls":
		if b.Ownership == "" {
			return q.notFound("OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
		}
		return xmlAnswer(struct {
			XMLName xml.Name `xml:"OwnershipControls"`
			Mode    string   `xml:"Rule>ObjectOwnership"`
		}{Mode: b.Ownership})
	case "GetBucketWebsite":
		return b.websiteAnswer(q)
	case "GetBucketCors":
		if len(b.CORS) == 0 {
			return q.notFound("NoSuchCORSConfiguration", "The CORS configuration does not exist")
		}
		return xmlAnswer(struct {
			XMLName xml.Name   `xml:"CORSConfiguration"`
			Rules   []CORSRule `xml:"CORSRule"`
		}{Rules: b.CORS})
	case "GetBucketVersioning":
		out := struct {
			XMLName   xml.Name `xml:"VersioningConfiguration"`
			Status    string   `xml:",omitempty"`
			MfaDelete string   `xml:",omitempty"`
		}{Status: b.Versioning}
		if b.MFADelete {
			out.MfaDelete = "Enabled"
		}
		return xmlAnswer(out)
	case "GetBucketLogging":
		type enabled struct{ TargetBucket, TargetPrefix string }
		out := struct {
			XMLName        xml.Name `xml:"BucketLoggingStatus"`
			LoggingEnabled *enabled `xml:",omitempty"`
		}{}
		if b.Logging != nil {
			out.LoggingEnabled = &enabled{b.Logging.Bucket, b.Logging.Prefix}
		}
		return xmlAnswer(out)
	case "GetBucketEncryption":
		return b.encryptionAnswer(q)
	case "GetBucketLifecycleConfiguration":
		return b.lifecycleAnswer(q)
	case "GetObjectLockConfiguration":
		return b.lockAnswer(q)
	case "GetBucketReplication":
		return b.replicationAnswer(q)
	case "GetBucketRequestPayment":
		payer := "BucketOwner"
		if b.RequesterPays {
			payer = "Requester"
		}
		return xmlAnswer(struct {
			XMLName xml.Name `xml:"RequestPaymentConfiguration"`
			Payer   string
		}{Payer: payer})
	case "GetBucketTagging":
		if len(b.Tags) == 0 {
			return q.notFound("NoSuchTagSet", "The TagSet does not exist")
		}
		return xmlAnswer(struct {
			XMLName xml.Name `xml:"Tagging"`
			Tags    []Tag    `xml:"TagSet>Tag"`
		}{Tags: b.Tags})
	case "GetBucketNotificationConfiguration":
		out := struct {
			XMLName     xml.Name  `xml:"NotificationConfiguration"`
			EventBridge *struct{} `xml:"EventBridgeConfiguration,omitempty"`
		}{}
		if b.EventBridge {
			out.EventBridge = &struct{}{}
		}
		return xmlAnswer(out)
	case "GetBucketAccelerateConfiguration":
		return xmlAnswer(struct {
			XMLName xml.Name `xml:"AccelerateConfiguration"`
			Status  string   `xml:",omitempty"`
		}{Status: b.Accelerate})
	case "GetBucketAbac":
		out := struct {
			XMLName xml.Name `xml:"AbacStatus"`
			Status  string
		}{Status: "Disabled"}
		if b.ABAC {
			out.Status = "Enabled"
		}
		return xmlAnswer(out)
	}
	return q.refuse(NotHere)
}

func (b *Bucket) websiteAnswer(q request) answer {
	if b.Website == nil {
		return q.notFound("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
	}
	type index struct{ Suffix string }
	type errorPage struct{ Key string }
	type redirect struct{ HostName string }
	out := struct {
		XMLName               xml.Name   `xml:"WebsiteConfiguration"`
		RedirectAllRequestsTo *redirect  `xml:",omitempty"`
		IndexDocument         *index     `xml:",omitempty"`
		ErrorDocument         *errorPage `xml:",omitempty"`
	}{}
	if b.Website.RedirectHost != "" {
		out.RedirectAllRequestsTo = &redirect{b.Website.RedirectHost}
		return xmlAnswer(out)
	}
	out.IndexDocument = &index{b.Website.Index}
	if b.Website.Error != "" {
		out.ErrorDocument = &errorPage{b.Website.Error}
	}
	return xmlAnswer(out)
}

func (b *Bucket) encryptionAnswer(q request) answer {
	if b.Encryption == nil {
		return q.notFound("ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found")
	}
	type apply struct {
		SSEAlgorithm   string
		KMSMasterKeyID string `xml:",omitempty"`
	}
	type blocked struct {
		EncryptionType []string
	}
	out := struct {
		XMLName   xml.Name `xml:"ServerSideEncryptionConfiguration"`
		Apply     apply    `xml:"Rule>ApplyServerSideEncryptionByDefault"`
		BucketKey bool     `xml:"Rule>BucketKeyEnabled"`
		Blocked   *blocked `xml:"Rule>BlockedEncryptionTypes,omitempty"`
	}{Apply: apply{b.Encryption.Algorithm, b.Encryption.KeyID}, BucketKey: b.Encryption.BucketKey}
	if b.Encryption.CustomerKeysBlocked {
		out.Blocked = &blocked{[]string{"SSE-C"}}
	}
	return xmlAnswer(out)
}

func (b *Bucket) lifecycleAnswer(q request) answer {
	if len(b.Lifecycle) == 0 {
		return q.notFound("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
	}
	type rule struct {
		ID         string
		Prefix     string `xml:"Filter>Prefix"`
		Status     string
		Expire     *int `xml:"Expiration>Days,omitempty"`
		Noncurrent *int `xml:"NoncurrentVersionExpiration>NoncurrentDays,omitempty"`
		Abort      *int `xml:"AbortIncompleteMultipartUpload>DaysAfterInitiation,omitempty"`
	}
	out := struct {
		XMLName xml.Name `xml:"LifecycleConfiguration"`
		Rules   []rule   `xml:"Rule"`
	}{}
	for _, r := range b.Lifecycle {
		out.Rules = append(out.Rules, rule{r.ID, r.Prefix, "Enabled", days(r.ExpireDays), days(r.NoncurrentDays), days(r.AbortUploadDays)})
	}
	return xmlAnswer(out)
}

func (b *Bucket) lockAnswer(q request) answer {
	if b.Lock == nil {
		return q.notFound("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket")
	}
	type retention struct {
		Mode string
		Days int
	}
	type rule struct{ DefaultRetention retention }
	out := struct {
		XMLName           xml.Name `xml:"ObjectLockConfiguration"`
		ObjectLockEnabled string
		Rule              *rule `xml:",omitempty"`
	}{ObjectLockEnabled: "Enabled"}
	if b.Lock.Mode != "" {
		out.Rule = &rule{retention{b.Lock.Mode, b.Lock.Days}}
	}
	return xmlAnswer(out)
}

func (b *Bucket) replicationAnswer(q request) answer {
	if len(b.Replication) == 0 {
		return q.notFound("ReplicationConfigurationNotFoundError", "The replication configuration was not found")
	}
	type destination struct {
		Bucket  string
		Account string `xml:",omitempty"`
	}
	type markers struct{ Status string }
	type rule struct {
		ID                      string
		Status                  string
		Priority                int
		Prefix                  string `xml:"Filter>Prefix"`
		DeleteMarkerReplication markers
		Destination             destination
	}
	out := struct {
		XMLName xml.Name `xml:"ReplicationConfiguration"`
		Role    string
		Rules   []rule `xml:"Rule"`
	}{Role: "arn:aws:iam::000000000000:role/replication"}
	for i, r := range b.Replication {
		copied := rule{ID: r.ID, Status: "Enabled", Priority: i + 1, DeleteMarkerReplication: markers{"Disabled"},
			Destination: destination{"arn:aws:s3:::" + r.Bucket, r.Account}}
		if r.DeleteMarkers {
			copied.DeleteMarkerReplication.Status = "Enabled"
		}
		out.Rules = append(out.Rules, copied)
	}
	return xmlAnswer(out)
}

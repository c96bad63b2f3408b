// Which facts verdicts rest on: the whole set per question, and the few to begin with.

package access

import (
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// Needs returns the facts that a verdict for the audience and verb may read on a resource of the provider and
// kind; a fact outside it never changes the verdict. Reading fewer is often enough: the facts that a verdict
// still lacks are named in its reasons.
func Needs(provider scanners.Provider, kind scanners.Kind, who verdict.Audience, verb verdict.Verb) scanners.FactSet {
	out := First(provider, kind)
	if kind != scanners.KindBucket {
		return out
	}
	switch provider {
	case scanners.AWS:
		out.Add(factPolicyStatus, factOrganization, factPayer, factABAC, factLabels) // the last two where aws:ResourceTag decides
		if who != verdict.Anonymous {
			out.Add(factAccessPoints)
		}
		if verb == verdict.Read || verb == verdict.Permissions {
			out.Add(factObjects)
		}
		if verb == verdict.Read || verb == verdict.Write {
			out.Add(factEncryption)
		}
	case scanners.Azure:
		if verb == verdict.Read {
			out.Add(factObjects)
		}
	case scanners.GCP:
		out.AddAll(gcsMore(verb))
	}
	return out
}

// First returns the facts with which judging exposure begins: those that decide for a closed resource. More
// are needed only where these leave something open or undecided.
func First(provider scanners.Provider, kind scanners.Kind) scanners.FactSet {
	if kind != scanners.KindBucket {
		return scanners.FactSet{}
	}
	switch provider {
	case scanners.AWS:
		return scanners.NewFactSet(factOrgBlock, factAccountBlock, factRCPs, factBucketBlock, factACL, factPolicy, factOwnership)
	case scanners.Azure:
		return scanners.NewFactSet(factAzureAnonymous, factAzureNetwork, factAzurePerimeter, factAzureWebsite, factAzureLevel)
	case scanners.GCP:
		return gcsFirst()
	default:
		return scanners.FactSet{}
	}
}

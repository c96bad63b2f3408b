package awspolicy

import "github.com/tojimari/tojimari/internal/access/verdict"

type PolicyKind uint8

const (
	BucketPolicy PolicyKind = iota
	AccessPointPolicy
)

func Public(p *Policy, env Env, kind PolicyKind) (verdict.Answer, []verdict.Reason) {
	return verdict.Unknown, nil
}

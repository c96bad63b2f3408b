package oracle

import (
	"fmt"
	"strings"
	"testing"
)

// anonymous is an unsigned request for an object, with the context that every such request has.
func anonymous(extra map[string][]string) *Request {
	r := &Request{Anonymous: true, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/a/b", Keys: map[string][]string{
		"aws:principalaccount": {"anonymous"}, "aws:principaltype": {"Anonymous"}, "aws:userid": {"anonymous"},
		"aws:sourceip": {"203.0.113.5"}, "aws:securetransport": {"true"}, "aws:currenttime": {"2026-01-01T00:00:00Z"},
		"aws:epochtime": {"1767225600"}, "aws:requestedregion": {"eu-west-1"}, "aws:viaawsservice": {"false"},
		"aws:resourceaccount": {"444455556666"}, "s3:resourceaccount": {"444455556666"},
		"aws:resourceorgid": {"o-own"}, "aws:resourceorgpaths": {"o-own/r-1/"}, "s3:tlsversion": {"1.3"},
	}}
	for k, v := range extra {
		if v == nil {
			delete(r.Keys, k)
			continue
		}
		r.Keys[k] = v
	}
	return r
}

func check(t *testing.T, name, policy string, r *Request, want Truth) {
	t.Helper()
	d, err := Read([]byte(policy))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if got := d.Allowed(r); got != want {
		t.Errorf("%s: got %d, want %d\n%s", name, got, want, policy)
	}
}

func allow(condition string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{%s}}}`, condition)
}

// TestAbsentKeys is the truth table of the guide for a key that the request does not have, for every operator.
func TestAbsentKeys(t *testing.T) {
	for _, op := range Operators() {
		if op == "Null" {
			continue
		}
		value := map[bool]string{true: "x", false: "1"}[op[0] == 'S' || op[0] == 'A' || op[0] == 'B']
		switch op {
		case "IpAddress", "NotIpAddress":
			value = "10.0.0.0/8"
		case "Bool":
			value = "true"
		}
		negated := False
		for _, n := range []string{"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike", "NotIpAddress", "NumericNotEquals", "DateNotEquals"} {
			if op == n {
				negated = True
			}
		}
		for _, row := range []struct {
			form string
			want Truth
		}{
			{op, negated},
			{op + "IfExists", True},
			{"ForAllValues:" + op, True},
			{"ForAllValues:" + op + "IfExists", True},
			{"ForAnyValue:" + op, False},
			{"ForAnyValue:" + op + "IfExists", True},
		} {
			check(t, row.form, allow(fmt.Sprintf(`%q:{"aws:PrincipalArn":%q}`, row.form, value)), anonymous(nil), row.want)
		}
	}
	for value, want := range map[string]Truth{"true": True, "false": False} {
		check(t, "Null "+value, allow(fmt.Sprintf(`"Null":{"aws:PrincipalArn":%q}`, value)), anonymous(nil), want)
		check(t, "Null "+value+" of a present key", allow(fmt.Sprintf(`"Null":{"aws:userid":%q}`, value)), anonymous(nil), negate(want))
	}
}

// TestRows are the rules of the policy language one by one, each with the page that has it.
func TestRows(t *testing.T) {
	for _, c := range []struct {
		name, policy string
		keys         map[string][]string
		want         Truth
	}{
		{"several operators are joined by AND (Multiple keys or values)", allow(`"StringEquals":{"aws:userid":"anonymous"},"Bool":{"aws:SecureTransport":"false"}`), nil, False},
		{"several keys are joined by AND", allow(`"StringEquals":{"aws:userid":"anonymous","aws:PrincipalType":"User"}`), nil, False},
		{"several values are joined by OR", allow(`"StringEquals":{"aws:userid":["x","anonymous"]}`), nil, True},
		{"several values of a negated operator are joined by NOR", allow(`"StringNotEquals":{"aws:userid":["x","anonymous"]}`), nil, False},
		{"StringEquals compares case", allow(`"StringEquals":{"aws:userid":"Anonymous"}`), nil, False},
		{"StringEqualsIgnoreCase does not", allow(`"StringEqualsIgnoreCase":{"aws:userid":"ANONYMOUS"}`), nil, True},
		{"StringEquals takes an asterisk literally", allow(`"StringEquals":{"aws:userid":"anon*"}`), nil, False},
		{"StringLike does not", allow(`"StringLike":{"aws:userid":"anon*"}`), nil, True},
		{"? is one character", allow(`"StringLike":{"aws:userid":"anonymou?"}`), nil, True},
		{"? is not none", allow(`"StringLike":{"aws:userid":"anonymous?"}`), nil, False},
		{"ArnEquals is ArnLike", allow(`"ArnEquals":{"aws:SourceArn":"arn:aws:s3:*:*:x*"}`), map[string][]string{"aws:sourcearn": {"arn:aws:s3:::xy"}}, True},
		{"a star stays in its part of an ARN", allow(`"ArnLike":{"aws:SourceArn":"arn:*:x"}`), map[string][]string{"aws:sourcearn": {"arn:aws:s3:::x"}}, Undefined},
		{"the last part takes colons", allow(`"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}`), map[string][]string{"aws:sourcearn": {"arn:aws:s3:::a:b"}}, True},
		{"an address without prefix is one address", allow(`"IpAddress":{"aws:SourceIp":"203.0.113.5"}`), nil, True},
		{"and no other", allow(`"IpAddress":{"aws:SourceIp":"203.0.113.4"}`), nil, False},
		{"NotIpAddress", allow(`"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","10.0.0.0/8"]}`), nil, False},
		{"condition keys in any case", allow(`"StringEquals":{"AWS:USERID":"anonymous"}`), nil, True},
		{"operators in any case", allow(`"stringequals":{"aws:userid":"anonymous"}`), nil, True},
		{"Bool compares the text forms", allow(`"Bool":{"aws:SecureTransport":true}`), nil, True},
		{"NumericLessThan", allow(`"NumericLessThan":{"s3:TlsVersion":"1.2"}`), nil, False},
		{"NumericGreaterThanEquals", allow(`"NumericGreaterThanEquals":{"s3:TlsVersion":1.3}`), nil, True},
		{"DateLessThan", allow(`"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`), nil, False},
		{"DateLessThanEquals", allow(`"DateLessThanEquals":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`), nil, True},
		{"dates as seconds", allow(`"DateGreaterThan":{"aws:CurrentTime":"1767225599"}`), nil, True},
		{"EpochTime as a number", allow(`"NumericEquals":{"aws:EpochTime":"1767225600"}`), nil, True},
		{"ForAllValues wants every value", allow(`"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["a","b"]}`), map[string][]string{"s3:requestobjecttagkeys": {"a", "c"}}, False},
		{"ForAnyValue wants one value", allow(`"ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":["a","b"]}`), map[string][]string{"s3:requestobjecttagkeys": {"a", "c"}}, True},
		{"ForAnyValue negated: one value outside", allow(`"ForAnyValue:StringNotEquals":{"s3:RequestObjectTagKeys":["a","b"]}`), map[string][]string{"s3:requestobjecttagkeys": {"a", "c"}}, True},
		{"ForAllValues negated: all outside", allow(`"ForAllValues:StringNotEquals":{"s3:RequestObjectTagKeys":["a","b"]}`), map[string][]string{"s3:requestobjecttagkeys": {"a", "c"}}, False},
		{"ForAllValues guarded by Null", allow(`"ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-x/"},"Null":{"aws:PrincipalOrgPaths":"false"}`), nil, False},
		{"an empty Condition is none", allow(``), nil, True},
		{"a variable in a value", allow(`"StringEquals":{"aws:Referer":"${aws:userid}"}`), map[string][]string{"aws:referer": {"anonymous"}}, True},
		{"a variable without a value in a positive condition", allow(`"StringEquals":{"aws:Referer":"${aws:username}"}`), map[string][]string{"aws:referer": {"x"}}, False},
		{"a variable without a value in a negated condition", allow(`"StringNotEquals":{"aws:Referer":"${aws:username}"}`), map[string][]string{"aws:referer": {"x"}}, True},
		{"a default for a missing value", allow(`"StringEquals":{"aws:Referer":"${aws:username, 'x'}"}`), map[string][]string{"aws:referer": {"x"}}, True},
		{"an escaped star", allow(`"StringLike":{"aws:Referer":"a${*}"}`), map[string][]string{"aws:referer": {"ab"}}, False},
		{"an escaped star is a star", allow(`"StringLike":{"aws:Referer":"a${*}"}`), map[string][]string{"aws:referer": {"a*"}}, True},
		{"variables are text in the old version", `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:Referer":"${aws:userid}"}}}]}`, map[string][]string{"aws:referer": {"${aws:userid}"}}, True},
		{"and without a version", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:Referer":"${aws:userid}"}}}]}`, map[string][]string{"aws:referer": {"anonymous"}}, False},
		{"a variable without a value in Resource matches nothing", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}*"}}`, nil, False},
		{"a default in Resource", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/${aws:username, 'a'}/*"}}`, nil, True},
		{"actions in any case with wildcards", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"S3:gETo?ject","Resource":"*"}}`, nil, True},
		{"resources compare case", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/A/*"}}`, nil, False},
		{"a star in Resource crosses slashes", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/*b"}}`, nil, True},
		{"an object action needs an object ARN", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b"}}`, nil, False},
		{"NotAction", `{"Statement":{"Effect":"Allow","Principal":"*","NotAction":"s3:Delete*","Resource":"*"}}`, nil, True},
		{"NotResource", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::b/a/*"}}`, nil, False},
		{"NotPrincipal with Allow takes in the anonymous caller", `{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}}`, nil, True},
		{"NotPrincipal with Deny too", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}]}`, nil, False},
		{"a star in a list of principals", `{"Statement":{"Effect":"Allow","Principal":{"AWS":["111122223333","*"]},"Action":"*","Resource":"*"}}`, nil, True},
		{"an account is not the anonymous caller", `{"Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"*","Resource":"*"}}`, nil, False},
		{"a service is not the anonymous caller", `{"Statement":{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"*","Resource":"*"}}`, nil, False},
		{"an explicit Deny wins", `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:Get*","Resource":"*"},{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`, nil, False},
		{"Deny unless the organisation catches the anonymous caller", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-x"}}}]}`, nil, False},
		{"Deny ForAnyValue StringNotLike misses it", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-x/*"}}}]}`, nil, True},
		{"${?} is a question mark", allow(`"StringLike":{"aws:Referer":"a${?}"}`), map[string][]string{"aws:referer": {"ab"}}, False},
		{"and nothing else", allow(`"StringLike":{"aws:Referer":"a${?}"}`), map[string][]string{"aws:referer": {"a?"}}, True},
		{"${$} is a dollar sign", allow(`"StringEquals":{"aws:Referer":"a${$}{x}"}`), map[string][]string{"aws:referer": {"a${x}"}}, True},
		{"a default where the value is there", allow(`"StringEquals":{"aws:Referer":"${aws:userid, 'x'}"}`), map[string][]string{"aws:referer": {"anonymous"}}, True},
		{"ForAllValues of no values", allow(`"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":"a"}`), map[string][]string{"s3:requestobjecttagkeys": {}}, True},
		{"ForAnyValue of no values", allow(`"ForAnyValue:StringEquals":{"s3:RequestObjectTagKeys":"a"}`), map[string][]string{"s3:requestobjecttagkeys": {}}, False},
		{"a key with several values without a set operator", allow(`"StringEquals":{"s3:RequestObjectTagKeys":"a"}`), map[string][]string{"s3:requestobjecttagkeys": {"a"}}, Undefined},
		{"BinaryEquals on text", allow(`"BinaryEquals":{"aws:userid":"anonymous"}`), nil, Undefined},
		{"Null with both values", allow(`"Null":{"aws:PrincipalArn":["true","false"]}`), nil, True},
		{"{AWS: *} is *", `{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}}`, nil, True},
		{"a canonical user is not the anonymous caller", `{"Statement":{"Effect":"Allow","Principal":{"CanonicalUser":"79a5"},"Action":"*","Resource":"*"}}`, nil, False},
		{"a federated principal is not", `{"Statement":{"Effect":"Allow","Principal":{"Federated":"accounts.example.com"},"Action":"*","Resource":"*"}}`, nil, False},
		{"a deleted principal is nobody", `{"Statement":{"Effect":"Allow","Principal":{"AWS":"AIDACKCEVSQ6C2EXAMPLE"},"Action":"*","Resource":"*"}}`, nil, False},
		{"Deny with NotAction denies everything else", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","NotAction":"s3:List*","Resource":"*"}]}`, nil, False},
		{"and not what it names", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","NotAction":"s3:Get*","Resource":"*"}]}`, nil, True},
		{"NotResource leaves the other keys", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::b/b/*"}}`, nil, True},
		{"Deny with NotResource", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","NotResource":"arn:aws:s3:::b/b/*"}]}`, nil, False},
		{"Deny IfExists catches an absent key", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-x"}}}]}`, nil, False},
		{"Deny ForAllValues does too", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-x/"}}}]}`, nil, False},
		{"a positive Deny misses an absent key", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"NumericGreaterThan":{"s3:signatureAge":"600000"}}}]}`, nil, True},
		{"lists of one statement, action, resource and value", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":["true"]}}}]}`, nil, True},
	} {
		check(t, c.name, c.policy, anonymous(c.keys), c.want)
	}
}

// TestOperators is each operator with a value in the request: met, not met, and at the bounds. The modifiers change
// nothing for a key that is there with one value.
func TestOperators(t *testing.T) {
	for _, c := range []struct{ operator, key, have, met, not string }{
		{"StringEquals", "aws:Referer", "a", "a", "b"},
		{"StringNotEquals", "aws:Referer", "a", "A", "a"},
		{"StringEqualsIgnoreCase", "aws:Referer", "aB", "Ab", "a"},
		{"StringNotEqualsIgnoreCase", "aws:Referer", "aB", "a", "Ab"},
		{"StringLike", "aws:Referer", "abc", "a?*", "a?"},
		{"StringNotLike", "aws:Referer", "abc", "A*", "*c"},
		{"ArnEquals", "aws:SourceArn", "arn:aws:s3:::x", "arn:aws:s3:*:*:x", "arn:aws:s3:::X"},
		{"ArnLike", "aws:SourceArn", "arn:aws:s3:::x", "arn:*:s3:::?", "arn:aws:s?::::x"},
		{"ArnNotEquals", "aws:SourceArn", "arn:aws:s3:::x", "arn:aws:s3:::y*", "arn:aws:s3:::x*"},
		{"ArnNotLike", "aws:SourceArn", "arn:aws:s3:::x", "arn:aws:sqs:::*", "*"},
		{"Bool", "aws:SecureTransport", "true", "true", "false"},
		{"IpAddress", "aws:SourceIp", "2001:db8::5", "2001:db8::/32", "2001:db9::/32"},
		{"NotIpAddress", "aws:SourceIp", "10.1.2.3", "10.1.2.4", "10.1.2.3"},
		{"NumericEquals", "s3:max-keys", "10", "10.0", "9"},
		{"NumericNotEquals", "s3:max-keys", "10", "9", "10"},
		{"NumericLessThan", "s3:max-keys", "10", "11", "10"},
		{"NumericLessThanEquals", "s3:max-keys", "10", "10", "9"},
		{"NumericGreaterThan", "s3:max-keys", "10", "9", "10"},
		{"NumericGreaterThanEquals", "s3:max-keys", "10", "10", "11"},
		{"DateEquals", "aws:CurrentTime", "2026-01-01T00:00:00Z", "1767225600", "2026-01-01T00:00:01Z"},
		{"DateNotEquals", "aws:CurrentTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T01:00:00+01:00"},
		{"DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"},
		{"DateLessThanEquals", "aws:CurrentTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z"},
		{"DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"},
		{"DateGreaterThanEquals", "aws:CurrentTime", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"},
	} {
		r := anonymous(map[string][]string{strings.ToLower(c.key): {c.have}})
		for _, prefix := range []string{"", "ForAllValues:", "ForAnyValue:"} {
			for _, suffix := range []string{"", "IfExists"} {
				full := prefix + c.operator + suffix
				check(t, full+" met", allow(fmt.Sprintf(`%q:{%q:%q}`, full, c.key, c.met)), r, True)
				check(t, full+" not met", allow(fmt.Sprintf(`%q:{%q:%q}`, full, c.key, c.not)), r, False)
			}
		}
	}
}

// TestActionsAndCallers are the rules about who asks and for what, where the caller or the action is another one.
func TestActionsAndCallers(t *testing.T) {
	account := func(id, arn string) *Request {
		r := anonymous(nil)
		r.Anonymous, r.Account, r.ARN = false, id, arn
		return r
	}
	listing := anonymous(nil)
	listing.Action, listing.Resource = "s3:ListBucket", "arn:aws:s3:::b"
	versions := anonymous(nil)
	versions.Action, versions.Resource = "s3:ListBucketVersions", "arn:aws:s3:::b"
	version := anonymous(nil)
	version.Action = "s3:GetObjectVersion"
	service := anonymous(nil)
	service.Anonymous, service.Service = false, "cloudtrail.amazonaws.com"
	const role = "arn:aws:iam::111122223333:role/a"
	to := func(principal string) string {
		return `{"Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":"*","Resource":"*"}}`
	}
	const all = `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`
	for _, c := range []struct {
		name, policy string
		r            *Request
		want         Truth
	}{
		{"an account id is the whole account", to(`{"AWS":"111122223333"}`), account("111122223333", role), True},
		{"so is the ARN of its root", to(`{"AWS":"arn:aws:iam::111122223333:root"}`), account("111122223333", role), True},
		{"another account is not", to(`{"AWS":"111122223333"}`), account("777788889999", "arn:aws:iam::777788889999:role/a"), False},
		{"a role by its ARN", to(`{"AWS":"` + role + `"}`), account("111122223333", role), True},
		{"another role of the account", to(`{"AWS":"` + role + `"}`), account("111122223333", "arn:aws:iam::111122223333:role/b"), False},
		{"* is every account", to(`"*"`), account("777788889999", ""), True},
		{"a service", to(`{"Service":"cloudtrail.amazonaws.com"}`), service, True},
		{"another service", to(`{"Service":"logging.s3.amazonaws.com"}`), service, False},
		{"an account is no service", to(`{"Service":"cloudtrail.amazonaws.com"}`), account("111122223333", role), False},
		{"NotPrincipal leaves out whom it names", `{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":["` + role + `","111122223333"]},"Action":"*","Resource":"*"}}`, account("111122223333", role), False},
		{"listing needs the ARN of the bucket", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b/*"}}`, listing, False},
		{"and has it", `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::b"}}`, listing, True},
		{"a Deny of reading leaves versions", `{"Statement":[` + all + `,{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}`, version, True},
		{"a Deny with a wildcard does not", `{"Statement":[` + all + `,{"Effect":"Deny","Principal":"*","Action":"s3:GetObject*","Resource":"*"}]}`, version, False},
		{"a Deny of listing leaves the listing of versions", `{"Statement":[` + all + `,{"Effect":"Deny","Principal":"*","Action":"s3:ListBucket","Resource":"*"}]}`, versions, True},
	} {
		check(t, c.name, c.policy, c.r, c.want)
	}
}

// TestAnonymousContext checks which keys an unsigned caller has, and with which values.
func TestAnonymousContext(t *testing.T) {
	w := TheWorld()
	present := map[string]string{
		"aws:principalaccount": "anonymous", "aws:principaltype": "Anonymous", "aws:userid": "anonymous",
		"aws:viaawsservice": "false", "aws:resourceaccount": w.Account, "s3:resourceaccount": w.Account,
		"aws:resourceorgid": w.OrgID, "aws:requestedregion": w.Region, "aws:currenttime": w.At,
		"aws:resourceorgpaths": w.OrgPath, "aws:epochtime": "1767225600", "aws:resourcetag/k": w.Tags["k"],
	}
	absent := []string{
		"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/team", "aws:principalisawsservice",
		"aws:principalservicename", "aws:username", "aws:tokenissuetime", "aws:multifactorauthpresent", "aws:multifactorauthage",
		"aws:federatedprovider", "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourcevpc",
		"aws:sourcevpce", "aws:vpcsourceip", "s3:authtype", "s3:signatureversion", "s3:signatureage",
		"aws:principalservicenameslist", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
		"s3:x-amz-copy-source", "s3:x-amz-server-side-encryption-aws-kms-key-id", // unsigned callers can use neither
	}
	own := []string{"aws:referer", "aws:useragent", "aws:securetransport", "s3:tlsversion", "aws:sourceip"}
	for _, verb := range []string{"list", "read", "write", "permissions"} {
		for _, a := range actionsOf(verb) {
			s := situation{kind: "anonymous"}
			for k, v := range present {
				c := w.candidates(k, s, a, nil)
				if c == nil || len(c.values) != 1 || first(c.values[0]) != v {
					t.Errorf("%s of %s: got %+v, want %q", k, a.name, c, v)
				}
			}
			for _, k := range absent {
				if c := w.candidates(k, s, a, nil); c != nil {
					t.Errorf("%s of %s: got %+v, want it absent", k, a.name, c)
				}
			}
			for _, k := range own {
				if c := w.candidates(k, s, a, nil); c == nil || len(c.values) < 2 {
					t.Errorf("%s of %s: the request should have a choice of values, got %+v", k, a.name, c)
				}
			}
		}
	}
	for _, c := range []struct {
		key, verb string
		has       int // how many actions of the verb have the key
	}{
		{"s3:prefix", "list", 2}, {"s3:max-keys", "list", 2}, {"s3:delimiter", "list", 2}, {"s3:prefix", "read", 0},
		{"s3:versionid", "read", 1}, {"s3:existingobjecttag/k", "read", 2}, {"s3:requestobjecttag/k", "write", 3},
		{"s3:x-amz-acl", "write", 1}, {"s3:x-amz-acl", "permissions", 3}, {"s3:x-amz-storage-class", "write", 1},
		{"s3:x-amz-grant-read", "write", 1}, {"s3:x-amz-grant-full-control", "permissions", 3}, {"s3:x-amz-grant-read", "read", 0},
		{"s3:x-amz-server-side-encryption", "write", 1}, {"s3:x-amz-server-side-encryption-customer-algorithm", "write", 1},
		{"s3:x-amz-metadata-directive", "write", 1}, {"s3:x-amz-website-redirect-location", "write", 1},
		{"s3:object-lock-mode", "write", 3}, {"s3:object-lock-legal-hold", "write", 3}, {"s3:object-lock-retain-until-date", "write", 3},
		{"s3:object-lock-remaining-retention-days", "write", 3}, {"s3:requestobjecttagkeys", "write", 3}, {"s3:requestobjecttagkeys", "read", 0},
		{"s3:existingobjecttag/k", "write", 4}, {"s3:existingobjecttag/k", "permissions", 2}, {"s3:versionid", "write", 3}, {"s3:versionid", "permissions", 1},
	} {
		n := 0
		for _, a := range actionsOf(c.verb) {
			if w.candidates(c.key, situation{kind: "anonymous"}, a, nil) != nil {
				n++
			}
		}
		if n != c.has {
			t.Errorf("%s is a key of %d actions of %s, want %d", c.key, n, c.verb, c.has)
		}
	} // What an unsigned caller cannot choose, and what it can choose from.
	put := actionsOf("write")[0]
	for key, want := range map[string]bool{
		"aws:sourceip": true, "aws:referer": false, "aws:useragent": false, "aws:securetransport": false, "s3:x-amz-acl": false, "s3:requestobjecttag/k": false,
	} {
		if c := w.candidates(key, situation{kind: "anonymous"}, put, nil); c == nil || c.uncontrolled != want {
			t.Errorf("%s: got %+v, want uncontrolled %v", key, c, want)
		}
	}
	if c := w.candidates("s3:existingobjecttag/k", situation{kind: "anonymous"}, actionsOf("read")[0], nil); c == nil || !c.uncontrolled {
		t.Errorf("an existing tag: got %+v, want it out of the caller's hands", c)
	}
	if c := w.candidates("aws:sourcevpc", situation{kind: "anonymous", vpc: true}, put, nil); c == nil || !c.uncontrolled {
		t.Errorf("the VPC: got %+v, want it out of the caller's hands", c)
	}
	if c := w.candidates("s3:x-amz-server-side-encryption", situation{kind: "anonymous"}, put, nil); c == nil || len(c.values) != 2 || first(c.values[1]) != "AES256" {
		t.Errorf("encryption of an unsigned upload: got %+v, want none or AES256", c)
	}
}

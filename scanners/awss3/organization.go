// Going through the accounts of an organisation.

package awss3

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/tojimari/tojimari/internal/ahead"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/attempt"
)

// membersAhead is how many accounts are entered and listed side by side: entering and listing one takes about ten
// calls, one after the other.
const membersAhead = 16

// refsAhead is how many resources of an account are named before they are wanted. The calls that follow the listing of
// an ordinary account's buckets need not wait for its reader then.
const refsAhead = 512

// membersKept is how many accounts stay entered: more than are found between an account's listing and the reading of
// the last thing in it, even where each has hardly anything. One that is needed later is entered again.
const membersKept = 16 * membersAhead

// discoverOrganization goes through the accounts of the organisation, in the order of the listing. An account that
// cannot be entered is a failed scope; the others are scanned all the same.
func (s *Scanner) discoverOrganization(ctx context.Context, ses *session, target scanners.Target, role string, yield func(scanners.Ref, error) bool) {
	members := func(yield func(ahead.Part[scanners.Ref, error]) bool) {
		fail := func(err error) {
			yield(func(_ context.Context, yield func(scanners.Ref, error) bool) {
				yield(scanners.Ref{}, ses.listAccountsError(err))
			})
		}
		named := 0
		input := &organizations.ListAccountsInput{}
		follow := pages{most: mostBucketPages}
		for {
			page, err := call(ctx, ses, ses.orgs.ListAccounts, input)
			if err != nil {
				fail(err)
				return
			}
			named += len(page.Accounts)
			for _, a := range page.Accounts {
				if !yield(func(ctx context.Context, yield func(scanners.Ref, error) bool) {
					s.discoverMember(ctx, ses, target, role, a, yield)
				}) {
					return
				}
			}
			more, err := follow.more(page.NextToken)
			if err != nil {
				fail(err)
			}
			if !more {
				if named == 0 {
					fail(errors.New("the answer names no account, not even the caller's"))
				}
				return
			}
			input.NextToken = page.NextToken
		}
	}
	ahead.Run(ctx, ahead.Limits{Parts: membersAhead, Pairs: refsAhead}, members)(yield)
}

func (s *Scanner) discoverMember(ctx context.Context, ses *session, target scanners.Target, role string, a orgtypes.Account, yield func(scanners.Ref, error) bool) {
	id := aws.ToString(a.Id)
	if id == ses.account {
		ses.discoverAccount(ctx, target, yield)
		return
	}
	if a.State != "" && a.State != orgtypes.AccountStateActive {
		yield(ses.scopeRef(target, id), fmt.Errorf("account %q is %s: %w", id, strings.ToLower(string(a.State)), scanners.ErrDenied))
		return
	}
	member, err := s.member(ctx, ses, id, role)
	if err != nil {
		yield(ses.scopeRef(target, id), err)
		return
	}
	member.discoverAccount(ctx, target, yield)
}

// member returns the session of another account of the organisation, entered through the role.
func (s *Scanner) member(ctx context.Context, ses *session, account, role string) (*session, error) {
	return ses.members.Get(ctx, account+"/"+role, func(ctx context.Context) (*session, error) {
		config := ses.config.Copy()
		name := fmt.Sprintf("arn:%s:iam::%s:role/%s", ses.partition, account, role)
		if !roleARN.MatchString(name) {
			return nil, fmt.Errorf("account %q has no account number: %w", account, scanners.ErrBadTarget)
		}
		config.Credentials = s.assume(config, ses.endpoint, name, "")
		member, err := s.open(ctx, config, ses.endpoint, ses.door, ses.vendorName())
		if err != nil {
			return nil, scanners.WithHint(fmt.Errorf("entering account %s as role %q: %w", account, role, err),
				"--org-role names the role that the organisation's accounts share; its trust policy must name this account")
		}
		member.manager = ses
		return member, nil
	})
}

func (ses *session) listAccountsError(err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return fmt.Errorf("listing the accounts of the organisation: %w", err)
	}
	if f.Kind == attempt.Denied || f.Code == "AWSOrganizationsNotInUseException" {
		return scanners.WithHint(fmt.Errorf("listing the accounts of the organisation: %w", f),
			"aws:org needs organizations:ListAccounts in the management account or a delegated administrator's; 'aws' scans one account")
	}
	return ses.explain("listing the accounts of the organisation (organizations:ListAccounts)", f)
}

// What is known about one aspect of one resource: a value, its absence, or why it is not known.

package scanners

import "fmt"

// State says how much is known of a fact. The zero value is Unknown.
type State uint8

// The states of a fact.
const (
	// Unknown: the fact was not read; Fact.Reason says why. The zero Fact is unknown, not inspected.
	Unknown State = iota
	// Known: Fact.Value holds what the provider said.
	Known
	// Absent: the provider gave its documented answer for "not set".
	Absent
	// Unsupported: the provider or vendor has no such setting; rules on it do not apply.
	Unsupported
)

var stateNames = [...]string{Unknown: "unknown", Known: "known", Absent: "absent", Unsupported: "unsupported"}

// String returns the name used in JSON.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// MarshalText writes the name used in JSON.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name used in JSON; any other word is an error.
func (s *State) UnmarshalText(text []byte) error {
	for i, name := range stateNames {
		if name == string(text) {
			*s = State(i)
			return nil
		}
	}
	return fmt.Errorf("unknown fact state %q", text)
}

// ReasonCode classes why a fact is unknown.
type ReasonCode string

// The reasons. The zero value means not inspected.
const (
	NotInspected ReasonCode = ""          // nobody asked, or reading was never reached
	Denied       ReasonCode = "denied"    // the provider refused; Reason.Permission would allow it
	Failed       ReasonCode = "failed"    // the call failed for another reason (network, 5xx, deadline)
	Malformed    ReasonCode = "malformed" // the answer could not be understood
	Computed     ReasonCode = "computed"  // known only after apply (infrastructure code)
	Partial      ReasonCode = "partial"   // some of it was read, too little to decide
	Hidden       ReasonCode = "hidden"    // the service has such a setting, and no call of this API tells it
)

// Reason says why a fact is unknown. The zero value means not inspected.
type Reason struct {
	Code ReasonCode `json:"code,omitempty"`
	// Permission is the provider permission that would allow reading it ("s3:GetBucketAcl"), for Denied.
	Permission string `json:"permission,omitempty"`
	// Detail is a short English phrase for a person, without secrets; it is foreign text.
	Detail string `json:"detail,omitempty"`
}

// Origin says where a fact came from: an API call, or a place in a file.
type Origin struct {
	// Call is the API operation in the provider's words: "s3:GetBucketAcl".
	Call string `json:"call,omitempty"`
	// File, Line and Column (both from 1, Column in code points) place a fact in code.
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String gives "CALL", "file", "file:line" or "file:line:column", as far as they are known.
func (o Origin) String() string {
	if o.File == "" {
		return o.Call
	}
	switch {
	case o.Line == 0:
		return o.File
	case o.Column == 0:
		return fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
}

// Fact is one aspect of a resource. The zero value is unknown, not inspected.
type Fact[T any] struct {
	State  State  `json:"state"`
	Value  T      `json:"value,omitzero"`  // meaningful only when State is Known
	Reason Reason `json:"reason,omitzero"` // meaningful only when State is Unknown
	Origin Origin `json:"origin,omitzero"`
}

// KnownFact is a fact with a value.
func KnownFact[T any](value T, from Origin) Fact[T] {
	return Fact[T]{State: Known, Value: value, Origin: from}
}

// AbsentFact is for the provider's documented answer for "not set", never for a failed reading.
func AbsentFact[T any](from Origin) Fact[T] { return Fact[T]{State: Absent, Origin: from} }

// UnsupportedFact is for providers and vendors that have no such setting.
func UnsupportedFact[T any](from Origin) Fact[T] { return Fact[T]{State: Unsupported, Origin: from} }

// UnknownFact is for what could not be read.
func UnknownFact[T any](why Reason, from Origin) Fact[T] {
	return Fact[T]{State: Unknown, Reason: why, Origin: from}
}

// DeniedFact is an unknown fact for which the caller lacked permission.
func DeniedFact[T any](permission string, from Origin) Fact[T] {
	return UnknownFact[T](Reason{Code: Denied, Permission: permission}, from)
}

// Get returns the value and whether there is one.
func (f Fact[T]) Get() (T, bool) { return f.Value, f.State == Known }

// Settled reports whether reading it again would be pointless: anything but unknown, not inspected.
func (f Fact[T]) Settled() bool { return f.State != Unknown || f.Reason.Code != NotInspected }

// IsZero reports whether the fact was never inspected; encoding/json leaves such facts out.
func (f Fact[T]) IsZero() bool {
	return f.State == Unknown && f.Reason == Reason{} && f.Origin == Origin{}
}

// Status returns the fact without its value.
func (f Fact[T]) Status() Status { return Status{State: f.State, Reason: f.Reason, Origin: f.Origin} }

// valuePointer points at the value, for the fact table of this package.
func (f *Fact[T]) valuePointer() any { return &f.Value }

// Status is a fact without its value: enough to say what was read and what was not.
type Status struct {
	State  State  `json:"state"`
	Reason Reason `json:"reason,omitzero"`
	Origin Origin `json:"origin,omitzero"`
}

// Settled reports whether reading it again would be pointless.
func (s Status) Settled() bool { return s.State != Unknown || s.Reason.Code != NotInspected }

func (f *Fact[T]) setUnknown(why Reason) { *f = Fact[T]{Reason: why} }

// anyFact is implemented by every *Fact[T].
type anyFact interface {
	Status() Status
	valuePointer() any
	setUnknown(why Reason)
}

var _ anyFact = (*Fact[Versioning])(nil)

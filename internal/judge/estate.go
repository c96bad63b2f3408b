// Questions across resources: a bounded index of what else there is.

package judge

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"reflect"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// Estate is an index of buckets by provider and name. It is filled before judging and then only read.
type Estate struct {
	// Complete says that a name that is not in it is not the user's.
	Complete bool
	// Limit bounds the number of entries; what comes after is dropped and Complete is set to false. 0 means a million.
	Limit   int
	entries map[estateKey]estateEntry
}

type estateKey struct {
	provider scanners.Provider
	name     string
}

type estateEntry struct {
	region string
	public verdict.Answer
}

// Add notes a bucket. public says whether anybody can read or list it, Unknown where that is not known.
func (e *Estate) Add(h scanners.Head, public verdict.Answer) {
	if e.entries == nil {
		e.entries = map[estateKey]estateEntry{}
	}
	limit := e.Limit
	if limit == 0 {
		limit = 1_000_000
	}
	if len(e.entries) >= limit {
		e.Complete = false
		return
	}
	e.entries[estateKey{h.Provider, h.Name}] = estateEntry{h.Region, public}
}

var estateType = types.NewOpaqueType("estate.Index")

type estateValue struct {
	index    *Estate
	provider scanners.Provider
}

func (v *estateValue) find(name ref.Val) (estateEntry, bool) {
	text, _ := name.(types.String)
	if v.index == nil {
		return estateEntry{}, false
	}
	e, ok := v.index.entries[estateKey{v.provider, string(text)}]
	return e, ok
}

var unknownEstate = types.NewUnknown(0, types.NewAttributeTrail("estate"))

func (env *environment) estateFunctions() []cel.EnvOption {
	member := func(name string, result *cel.Type, f func(v *estateValue, name ref.Val) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload("estate_"+name+"_string", []*cel.Type{estateType, cel.StringType}, result,
			cel.BinaryBinding(func(index, bucket ref.Val) ref.Val {
				v, ok := index.(*estateValue)
				if !ok {
					return types.NewErr("%s is asked of estate", name)
				}
				return f(v, bucket)
			})))
	}
	return []cel.EnvOption{
		// holds: such a bucket is among those of this scan. (exists is the name of a macro over lists.)
		member("holds", cel.BoolType, func(v *estateValue, name ref.Val) ref.Val {
			if _, ok := v.find(name); ok {
				return types.True
			}
			if v.index == nil || !v.index.Complete {
				return unknownEstate
			}
			return types.False
		}),
		// public: anybody can read or list it.
		member("public", cel.BoolType, func(v *estateValue, name ref.Val) ref.Val {
			e, _ := v.find(name)
			switch e.public {
			case verdict.Yes:
				return types.True
			case verdict.No, verdict.Conditional:
				return types.False
			}
			return unknownEstate
		}),
		// region: where it lies.
		member("region", cel.StringType, func(v *estateValue, name ref.Val) ref.Val {
			if e, ok := v.find(name); ok && e.region != "" {
				return types.String(e.region)
			}
			return unknownEstate
		}),
	}
}

// ConvertToNative is not offered.
func (v *estateValue) ConvertToNative(reflect.Type) (any, error) { return nil, errUnset }

// ConvertToType answers type() only.
func (v *estateValue) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return estateType
	}
	return types.NewErr("estate cannot be made a %s", t.TypeName())
}

// Equal is an error.
func (v *estateValue) Equal(ref.Val) ref.Val { return types.NewErr("estate cannot be compared") }

// Type is the CEL type.
func (v *estateValue) Type() ref.Type { return estateType }

// Value is the index itself.
func (v *estateValue) Value() any { return v }

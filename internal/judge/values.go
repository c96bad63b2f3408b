// How facts and verdicts look to CEL: statically typed objects over the Go structs, without copying them.
//
// An object of an absent or unsupported fact answers `configured` and gives an error for every other field, so
// that nothing unset is ever read as false, zero or empty. Times that are not set give an error too; has()
// tells. A fact inside a list element that was not read is unknown by itself.

package judge

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/internal/yamlfile"
	"github.com/tojimari/tojimari/scanners"
)

// Errors of reading a field; they end an evaluation unless a logical operator makes them irrelevant.
var (
	errAbsent      = errors.New("read although it is not configured")
	errUnsupported = errors.New("the provider has no such setting")
	errUnset       = errors.New("read although it is not set")
)

// configuredField is the field that every fact has besides its own.
const configuredField = "configured"

// objectType is the CEL type of one Go struct type.
type objectType struct {
	name   string
	cel    *types.Type
	fields map[string]*objectField
	names  []string
}

type objectField struct {
	typ *types.Type
	get func(o *object) ref.Val
	// set reports whether the field has a value, for has(); nil means always.
	set func(o *object) bool
}

// typeTable holds all object types; it is a types.Provider and is not changed once an environment is made.
type typeTable struct {
	types.Provider
	adapter types.Adapter
	byGo    map[reflect.Type]*objectType
	byName  map[string]*objectType
}

func newTypeTable(base *types.Registry) *typeTable {
	return &typeTable{Provider: base, adapter: base, byGo: map[reflect.Type]*objectType{}, byName: map[string]*objectType{}}
}

// FindStructType finds a type by name.
func (t *typeTable) FindStructType(name string) (*types.Type, bool) {
	if o, ok := t.byName[name]; ok {
		return types.NewTypeTypeWithParam(o.cel), true
	}
	return t.Provider.FindStructType(name)
}

// FindStructFieldNames lists the fields of a type.
func (t *typeTable) FindStructFieldNames(name string) ([]string, bool) {
	if o, ok := t.byName[name]; ok {
		return o.names, true
	}
	return t.Provider.FindStructFieldNames(name)
}

// FindStructFieldType gives the type of a field. It has no accessors on purpose: cel-go then asks the object,
// which can answer "unknown" for one element alone.
func (t *typeTable) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	o, ok := t.byName[name]
	if !ok {
		return t.Provider.FindStructFieldType(name, field)
	}
	f, ok := o.fields[field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{Type: f.typ}, true
}

var (
	timeType   = reflect.TypeFor[time.Time]()
	originType = reflect.TypeFor[scanners.Origin]()
)

// of returns the object type of a Go struct type, registering it and all that its fields need.
func (t *typeTable) of(goType reflect.Type) *objectType {
	if o, ok := t.byGo[goType]; ok {
		return o
	}
	room := goType.PkgPath()[strings.LastIndexByte(goType.PkgPath(), '/')+1:]
	if room == "scanners" {
		room = "facts"
	}
	o := &objectType{name: room + "." + goType.Name(), fields: map[string]*objectField{}}
	if _, taken := t.byName[o.name]; taken {
		panic(fmt.Sprintf("two struct types are called %s", o.name)) // a mistake in this program, found by any test
	}
	o.cel = types.NewObjectType(o.name, traits.IndexerType|traits.ContainerType)
	t.byGo[goType], t.byName[o.name] = o, o
	o.add(configuredField, &objectField{typ: types.BoolType, get: func(obj *object) ref.Val { return types.Bool(obj.state == scanners.Known) }})
	for _, f := range yamlfile.FieldsOf(goType) {
		field := t.field(f)
		if field == nil {
			continue
		}
		if flag, ok := readFlags[goType][f.Name]; ok {
			field.get = onlyIfRead(field.get, goType, flag)
		}
		if f.Name == configuredField {
			// The struct has such a field of its own: both have to hold.
			own := field.get
			field.get = func(obj *object) ref.Val {
				if obj.state != scanners.Known {
					return types.False
				}
				return own(obj)
			}
		}
		o.add(f.Name, field)
	}
	return o
}

// readFlags are fields that mean something only where another field says that they were read.
var readFlags = map[reflect.Type]map[string]string{
	reflect.TypeFor[scanners.SampledObject](): {"grants": "acl_read"},
	reflect.TypeFor[scanners.SignedLink]():    {"permissions": "permissions_known"},
}

// onlyIfRead makes a field unknown by itself unless its flag is set.
func onlyIfRead(get func(o *object) ref.Val, goType reflect.Type, flag string) func(o *object) ref.Val {
	fields := yamlfile.FieldsOf(goType)
	index := fields[slices.IndexFunc(fields, func(f yamlfile.Field) bool { return f.Name == flag })].Index
	return func(o *object) ref.Val {
		if !o.v.FieldByIndex(index).Bool() {
			return types.NewUnknown(0, types.NewAttributeTrail(o.fact))
		}
		return get(o)
	}
}

func (o *objectType) add(name string, f *objectField) {
	if _, doubled := o.fields[name]; !doubled {
		o.names = append(o.names, name)
	}
	o.fields[name] = f
}

// field makes the accessor of one struct field, nil for fields that rules do not see.
func (t *typeTable) field(f yamlfile.Field) *objectField {
	at := f.Index
	value := func(o *object) reflect.Value {
		if len(at) == 1 {
			return o.v.Field(at[0])
		}
		return o.v.FieldByIndex(at)
	}
	switch {
	case f.Type == originType:
		return nil
	case f.Type == timeType:
		set := func(o *object) bool { return !value(o).Interface().(time.Time).IsZero() }
		return &objectField{typ: types.TimestampType, set: set, get: func(o *object) ref.Val {
			return types.Timestamp{Time: value(o).Interface().(time.Time)}
		}}
	case f.Type == reflect.TypeFor[verdict.Verdict]():
		return t.verdictField(f)
	case factValue(f.Type) != nil:
		inner := t.of(factValue(f.Type))
		return &objectField{typ: inner.cel, get: func(o *object) ref.Val { return nestedFact(inner, value(o), o.fact) }}
	}
	switch f.Type.Kind() {
	case reflect.Bool:
		return &objectField{typ: types.BoolType, get: func(o *object) ref.Val { return types.Bool(value(o).Bool()) }}
	case reflect.String:
		return &objectField{typ: types.StringType, get: func(o *object) ref.Val { return types.String(value(o).String()) }}
	case reflect.Int, reflect.Int64:
		return &objectField{typ: types.IntType, get: func(o *object) ref.Val { return types.Int(value(o).Int()) }}
	case reflect.Struct:
		inner := t.of(f.Type)
		return &objectField{typ: inner.cel, get: func(o *object) ref.Val {
			return &object{t: inner, v: value(o), state: scanners.Known, fact: o.fact}
		}}
	case reflect.Slice:
		if f.Type.Elem().Kind() == reflect.String {
			return &objectField{typ: types.NewListType(types.StringType), get: func(o *object) ref.Val {
				v := value(o)
				if list, ok := v.Interface().([]string); ok {
					return types.NewStringList(t.adapter, list)
				}
				return types.NewStringList(t.adapter, stringsOf(v))
			}}
		}
		inner := t.of(f.Type.Elem())
		return &objectField{typ: types.NewListType(inner.cel), get: func(o *object) ref.Val {
			return t.list(inner, value(o), o.fact)
		}}
	case reflect.Map:
		if f.Type == reflect.TypeFor[map[string]string]() {
			return &objectField{typ: types.NewMapType(types.StringType, types.StringType), get: func(o *object) ref.Val {
				return types.NewStringStringMap(t.adapter, value(o).Interface().(map[string]string))
			}}
		}
	}
	return nil
}

func stringsOf(v reflect.Value) []string {
	out := make([]string, v.Len())
	for i := range out {
		out[i] = v.Index(i).String()
	}
	return out
}

// list makes a CEL list of the structs in a slice.
func (t *typeTable) list(inner *objectType, v reflect.Value, fact string) ref.Val {
	elements := make([]ref.Val, v.Len())
	objects := make([]object, v.Len())
	for i := range elements {
		objects[i] = object{t: inner, v: v.Index(i), state: scanners.Known, fact: fact}
		elements[i] = &objects[i]
	}
	return types.NewRefValList(t.adapter, elements)
}

// factValue returns T for a Fact[T], nil for other types.
func factValue(t reflect.Type) reflect.Type {
	if t.Kind() != reflect.Struct || !strings.HasPrefix(t.Name(), "Fact[") {
		return nil
	}
	f, ok := t.FieldByName("Value")
	if !ok {
		return nil
	}
	return f.Type
}

// nestedFact is the value of a fact inside a list element.
func nestedFact(inner *objectType, fact reflect.Value, owner string) ref.Val {
	status := fact.Addr().Interface().(interface{ Status() scanners.Status }).Status()
	if status.State == scanners.Unknown {
		return types.NewUnknown(0, types.NewAttributeTrail(owner))
	}
	return &object{t: inner, v: fact.FieldByName("Value"), state: status.State, fact: owner}
}

// object is a struct as CEL sees it.
type object struct {
	t     *objectType
	v     reflect.Value
	state scanners.State
	fact  string // the variable that it is, or lies in
}

var _ traits.Mapper = (*object)(nil)

// Find returns a field.
func (o *object) Find(key ref.Val) (ref.Val, bool) {
	name, ok := key.(types.String)
	if !ok {
		return types.NewErr("fields have names, got %v", key.Type()), true
	}
	f, ok := o.t.fields[string(name)]
	if !ok {
		return types.NewErr("%s has no field %q", o.t.name, string(name)), true
	}
	if name != configuredField {
		switch o.state {
		case scanners.Absent:
			return types.WrapErr(fmt.Errorf("%s.%s: %w", o.fact, name, errAbsent)), true
		case scanners.Unsupported:
			return types.WrapErr(fmt.Errorf("%s.%s: %w", o.fact, name, errUnsupported)), true
		}
		if f.set != nil && !f.set(o) {
			return nil, false
		}
	} else if o.state == scanners.Unsupported {
		return types.WrapErr(fmt.Errorf("%s: %w", o.fact, errUnsupported)), true
	}
	return f.get(o), true
}

// Get returns a field.
func (o *object) Get(key ref.Val) ref.Val {
	if v, _ := o.Find(key); v != nil {
		return v
	}
	return types.WrapErr(fmt.Errorf("%s.%v: %w", o.fact, key, errUnset))
}

// Contains reports whether a field has a value.
func (o *object) Contains(key ref.Val) ref.Val { _, ok := o.Find(key); return types.Bool(ok) }

// Size is the number of fields.
func (o *object) Size() ref.Val { return types.Int(len(o.t.names)) }

// Iterator is not offered: objects are not looped over.
func (o *object) Iterator() traits.Iterator {
	return types.NewStringList(types.DefaultTypeAdapter, nil).Iterator()
}

// ConvertToNative is not offered.
func (o *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be made a %s", o.t.name, t)
}

// ConvertToType answers type() only.
func (o *object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return o.t.cel
	}
	return types.NewErr("%s cannot be made a %s", o.t.name, t.TypeName())
}

// Equal is an error: objects are compared field by field.
func (o *object) Equal(ref.Val) ref.Val {
	return types.NewErr("compare fields of %s, not the whole", o.t.name)
}

// Type is the CEL type.
func (o *object) Type() ref.Type { return o.t.cel }

// Value is the object itself.
func (o *object) Value() any { return o }

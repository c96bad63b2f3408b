// What is generated from this package and the rules.

package judge

//go:generate go run github.com/tojimari/tojimari/internal/gen/rulesdoc ../../docs

// What is generated from this package.

package config

//go:generate go run github.com/tojimari/tojimari/internal/gen/configschema ../../docs/schema/config-v1.schema.json

// Package rules holds the rules that come with tojimari: one YAML file per rule, in folders by root cause. How to
// write one stands in CONTRIBUTING.md.
package rules

import "embed"

// Files holds every rule file. Pass it to judge.Load.
//
//go:embed exposure links index transport detection recovery hygiene scan
var Files embed.FS

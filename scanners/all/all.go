// Package all lists every scanner there is. It is the one place that knows them all.
package all

import (
	"io"

	"github.com/tojimari/tojimari/internal/linklive"
	"github.com/tojimari/tojimari/internal/vendors"
	"github.com/tojimari/tojimari/scanners"
	"github.com/tojimari/tojimari/scanners/awss3"
	"github.com/tojimari/tojimari/scanners/azureblob"
	"github.com/tojimari/tojimari/scanners/gcs"
	"github.com/tojimari/tojimari/scanners/links"
	"github.com/tojimari/tojimari/scanners/program"
	"github.com/tojimari/tojimari/scanners/snapshot"
	"github.com/tojimari/tojimari/scanners/web"
)

// Config is what single scanners need beside the runtime.
type Config struct {
	// Stdin is what snapshot:- and links:- read.
	Stdin io.Reader
	// Programs are the external collectors, from the command line only.
	Programs program.Options
	// Web looks from outside; nil leaves https targets out.
	Web *web.Scanner
	// Live asks services whether signed links still work; nil asks nobody.
	Live *linklive.Checker
	// RedactPaths hides the objects that signed links name.
	RedactPaths bool
	// AWS changes how the AWS scanner works.
	AWS []awss3.Option
	// GCS changes how the Google Cloud Storage scanner works.
	GCS []gcs.Option
	// Azure changes how the Azure Blob scanner works.
	Azure []azureblob.Option
}

// New returns the registry of all scanners.
func New(rt scanners.Runtime, cfg Config) (*scanners.Registry, error) {
	known, err := vendors.Embedded()
	if err != nil {
		return nil, err
	}
	list := []scanners.Scanner{
		awss3.New(rt, cfg.AWS...),
		gcs.New(rt, cfg.GCS...),
		azureblob.New(rt, cfg.Azure...),
		snapshot.New(cfg.Stdin),
		program.New(cfg.Programs),
		links.New(rt, links.Options{Vendors: known, Stdin: cfg.Stdin, Live: cfg.Live, RedactPaths: cfg.RedactPaths}),
	}
	if cfg.Web != nil {
		list = append(list, cfg.Web)
	}
	return scanners.NewRegistry(list...)
}

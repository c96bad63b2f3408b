// tojimari links: signed URLs in text.

package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) linksCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "links [FILE|-]",
		Short: "Find signed URLs in text",
		RunE:  func(*cobra.Command, []string) error { return errors.New("not yet") },
	}
}

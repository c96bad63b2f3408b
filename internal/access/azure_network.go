// The network in front of an Azure storage account: public access, the firewall, the perimeter.
//
// Azure Storage documentation, "Configure Azure Storage firewalls and virtual networks"; Azure Private Link
// documentation, "Transition to a network security perimeter in Azure".

package access

import (
	"github.com/tojimari/tojimari/internal/access/verdict"
	"github.com/tojimari/tojimari/scanners"
)

// azureNetworkGate judges public network access, the firewall and the perimeter, as the summary table of the last
// document has it: an enforced perimeter's rules take the place of the account's own settings, those of one that is
// being learnt come beside them, and "SecuredByPerimeter" leaves everything to the perimeter.
func azureNetworkGate(rec *scanners.Record) gate {
	network, perimeter := rec.Store.Azure.Network, rec.Store.Azure.Perimeter
	inside := perimeter.State == scanners.Known && perimeter.Value.Associated
	if inside && perimeter.Value.Mode == "Enforced" {
		return perimeterGate(perimeter.Value)
	}
	if network.State == scanners.Unknown {
		guard := verdict.Guard{Name: "networkAcls.defaultAction", Level: "account", State: "unknown"}
		return gate{answer: verdict.Unknown, guard: guard, reason: unread(factAzureNetwork, network.Status())}
	}
	own := accountGate(network.Value)
	switch {
	case perimeter.State == scanners.Unknown && own.answer == verdict.No:
		// Rules of a perimeter could let requests in that the account's own settings refuse.
		return gate{answer: verdict.Unknown, guard: own.guard, reason: unread(factAzurePerimeter, perimeter.Status())}
	case perimeter.State == scanners.Unknown:
		own.assumed = string(factAzurePerimeter) + ": not read, assumed that no enforced network security perimeter holds the account"
		return own
	case !inside:
		return own
	}
	beside := besideGate(own, network.Value, perimeter.Value)
	if perimeter.Value.Mode == "Audit" && beside.answer != own.answer {
		return gate{answer: verdict.Unknown, guard: own.guard, reason: verdict.Reason{Code: verdict.ReasonOpen, Detail: "what a network security perimeter in audit mode lets in is not documented"}}
	}
	return beside
}

// accountGate judges the account's own settings.
func accountGate(network scanners.AzureNetwork) gate {
	switch {
	case network.PublicNetworkAccess == "Disabled":
		return gate{answer: verdict.No, guard: verdict.Guard{Name: "publicNetworkAccess", Level: "account", State: "Disabled", Detail: "only private endpoints are served"}}
	case network.PublicNetworkAccess == "SecuredByPerimeter":
		return gate{answer: verdict.No, guard: verdict.Guard{Name: "network security perimeter", Level: "account", State: "none", Detail: "publicNetworkAccess is SecuredByPerimeter and no perimeter lets anything in"}}
	case network.DefaultAction == "Deny":
		return rangeGate(network.IPRules, verdict.Guard{Name: "networkAcls.defaultAction", Level: "account", State: "Deny"})
	default:
		return gate{answer: verdict.Yes, guard: verdict.Guard{Name: "networkAcls.defaultAction", Level: "account", State: "Allow", Detail: "every network may connect; rule lists have no effect"}}
	}
}

// besideGate adds the rules of a perimeter to the account's own.
func besideGate(own gate, network scanners.AzureNetwork, perimeter scanners.Perimeter) gate {
	switch {
	case own.answer == verdict.Yes:
		return own
	case len(perimeter.InboundIPs) == 0:
		return own
	case network.PublicNetworkAccess == "Disabled" || network.PublicNetworkAccess == "SecuredByPerimeter":
		return perimeterGate(perimeter)
	}
	both := append(append([]string{}, network.IPRules...), perimeter.InboundIPs...)
	return rangeGate(both, verdict.Guard{Name: "networkAcls.defaultAction", Level: "account", State: "Deny"})
}

func perimeterGate(perimeter scanners.Perimeter) gate {
	return rangeGate(perimeter.InboundIPs, verdict.Guard{Name: "network security perimeter", Level: "account", State: "in force"})
}

package signedlink

// Hosts: whose storage does a host name?

import "strings"

// ServedBy names the provider or vendor whose storage a host (no port) belongs to; ok is false for hosts that could
// be anybody's. A program that asks whether links found in strangers' files still work contacts only these.
func (d *Detector) ServedBy(host string) (provider string, ok bool) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, _, is := bucketOfAWSHost(host); is {
		return providerAWS, true
	}
	if label, is := strings.CutSuffix(host, ".cloudfront.net"); is && label != "" {
		return providerAWS, true
	}
	if _, is := bucketOfGCSHost(host); is {
		return providerGCP, true
	}
	if _, _, is := accountOfAzureHost(host); is {
		return providerAzure, true
	}
	if m, is := d.known.MatchEndpoint(host); is {
		return m.Vendor, true
	}
	return "", false
}

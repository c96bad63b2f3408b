// What the blob service itself says of containers: their list, and the properties of one.

package lab

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"
)

// levelWord is the level as the blob service writes it, empty for a private container.
func (c *AzureContainer) levelWord() string {
	if p := c.Properties.PublicAccess; p != nil && *p != armstorage.PublicAccessNone {
		return strings.ToLower(string(*p))
	}
	return ""
}

func isOn(set *bool) bool { return set != nil && *set }

const azureStamp = "Mon, 01 Jun 2026 00:00:00 GMT"

// containersXML lists containers with their metadata. REST API, "List Containers".
func (s *AzureAccount) containersXML(q request) answer {
	type element struct {
		XMLName xml.Name
		Value   string `xml:",chardata"`
	}
	type properties struct {
		LastModified string `xml:"Last-Modified"`
		Etag         string
		PublicAccess string `xml:",omitempty"`
		Immutable    bool   `xml:"HasImmutabilityPolicy"`
		Hold         bool   `xml:"HasLegalHold"`
	}
	type entry struct {
		Name       string
		Properties properties
		Metadata   struct{ List []element }
	}
	out := struct {
		XMLName    xml.Name `xml:"EnumerationResults"`
		Containers struct {
			List []entry `xml:"Container"`
		}
		NextMarker string
	}{}
	from, _ := strconv.Atoi(q.query.Get("marker")) // none is the start
	from = min(max(from, 0), len(s.Containers))
	end := min(from+number(q.query, "maxresults", 5000), len(s.Containers))
	for _, c := range s.Containers[from:end] {
		e := entry{Name: c.Name, Properties: properties{azureStamp, "0x8D", c.levelWord(), isOn(c.Properties.HasImmutabilityPolicy), isOn(c.Properties.HasLegalHold)}}
		for _, key := range slices.Sorted(maps.Keys(c.Properties.Metadata)) {
			e.Metadata.List = append(e.Metadata.List, element{XMLName: xml.Name{Local: key}, Value: *c.Properties.Metadata[key]})
		}
		out.Containers.List = append(out.Containers.List, e)
	}
	if end < len(s.Containers) {
		out.NextMarker = strconv.Itoa(end)
	}
	return azureXMLOf(out)
}

// propertiesAnswer is all header. REST API, "Get Container Properties".
func (c *AzureContainer) propertiesAnswer() answer {
	header := map[string]string{
		"Last-Modified": azureStamp, "ETag": `"0x8D"`, "x-ms-has-immutability-policy": strconv.FormatBool(isOn(c.Properties.HasImmutabilityPolicy)),
		"x-ms-has-legal-hold": strconv.FormatBool(isOn(c.Properties.HasLegalHold)),
	}
	if word := c.levelWord(); word != "" {
		header["x-ms-blob-public-access"] = word
	}
	for key, value := range c.Properties.Metadata {
		header["x-ms-meta-"+key] = *value
	}
	return answer{status: http.StatusOK, header: header}
}

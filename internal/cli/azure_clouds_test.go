package cli

// The Azure worlds of sessions.

import (
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/storage/armstorage"

	"github.com/tojimari/tojimari/internal/lab"
)

// azureTenant is the demo's tenant, whose subscription is below the management group "acme".
func azureTenant() lab.World { return lab.World{Azure: lab.DemoWorld().Azure} }

// azureElsewhere is the same to somebody with a role for data alone.
func azureElsewhere() lab.World {
	w := azureTenant()
	w.Azure.Subscriptions[0].Hidden = true
	return w
}

// azureChina is the same in another cloud.
func azureChina() lab.World {
	w := azureTenant()
	for i := range w.Azure.Subscriptions[0].Accounts {
		a := &w.Azure.Subscriptions[0].Accounts[i]
		blob, web := "https://"+a.Name+".blob.core.chinacloudapi.cn/", "https://"+a.Name+".z1.web.core.chinacloudapi.cn/"
		a.Properties.PrimaryEndpoints = &armstorage.Endpoints{Blob: &blob, Web: &web}
	}
	return w
}

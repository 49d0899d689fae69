// Part of newer.sh's build: hands what apiextensions-apiserver doesn't serve itself (/api and the core's groups) on to the kube-apiserver that its --kubeconfig names, so that the two look like one cluster.
// They share an etcd, so their revisions are of one counter.
package server

import (
	"net/http/httputil"
	"net/url"

	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func coreDelegate(o *options.CustomResourceDefinitionsServerOptions) genericapiserver.DelegationTarget {
	config, err := clientcmd.BuildConfigFromFlags("", o.RecommendedOptions.CoreAPI.CoreAPIKubeconfigPath)
	if err != nil {
		panic(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		panic(err)
	}
	core, err := url.Parse(config.Host)
	if err != nil {
		panic(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(core)
	proxy.Transport = transport
	proxy.FlushInterval = -1
	return genericapiserver.NewEmptyDelegateWithCustomHandler(proxy)
}

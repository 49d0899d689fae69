using System.Net;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Holdfast.AzureCloud.Blobs;

namespace Holdfast.AzureCloud.Tests.Blobs;

/// <summary>Answers as a test says, for what the emulator can't do: refusals, versions, immutability, a network that is gone.</summary>
internal sealed class ScriptedService(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    public const string Sas = "sv=2023-01-03&sp=rw&sig=c2VjcmV0";

    public List<HttpRequestMessage> Requests { get; } = [];

    public BlobContainerStore Store(VaultUse use = VaultUse.Read)
    {
        var options = new BlobClientOptions { Transport = new HttpClientTransport(this) };
        options.Retry.MaxRetries = 0;
        return new(new BlobContainerClient(new Uri($"https://acme.blob.core.windows.net/vault?{Sas}"), options), use);
    }

    public static HttpResponseMessage Refuse(int status, string code)
    {
        var response = Ok($"""<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>no</Message></Error>""");
        response.StatusCode = (HttpStatusCode)status;
        response.Headers.Add("x-ms-error-code", code);
        return response;
    }

    public static HttpResponseMessage Ok(string body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/xml"),
        };
        response.Headers.ETag = new("\"0x1\"");
        response.Content.Headers.LastModified = DateTimeOffset.UnixEpoch;
        foreach (var (name, value) in headers)
            response.Headers.Add(name, value);
        return response;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Requests)
            Requests.Add(request);
        return Task.FromResult(answer(request));
    }
}

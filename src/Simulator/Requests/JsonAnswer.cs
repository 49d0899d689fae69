using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Simulator.Requests;

/// <summary>Small documents as responses.</summary>
internal static class JsonAnswer
{
    public static async Task WriteAsync(HttpContext http, int code, JsonObject document, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, cancellation);
    }
}

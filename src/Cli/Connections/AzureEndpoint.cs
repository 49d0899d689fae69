using Holdfast.Cli.Errors;

namespace Holdfast.Cli.Connections;

/// <summary>Where Azure is asked.</summary>
internal static class AzureEndpoint
{
    public const string Variable = "HOLDFAST_RESOURCE_MANAGER";

    /// <returns>Null: public Azure's.</returns>
    /// <exception cref="UsageException">The variable doesn't hold an address.</exception>
    public static Uri? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text)
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            ? url
            : throw new UsageException($"{Variable} is '{text}': use an https URL, such as https://management.azure.com");
    }
}

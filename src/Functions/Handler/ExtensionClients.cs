using Holdfast.Durable.Client;
using Holdfast.Durable.CustomHandler;

namespace Holdfast.Functions.Handler;

internal static class ExtensionClients
{
    public static Func<DurableClientBinding, IDurableClient> For(HoldfastApp app) => _ => throw new NotSupportedException(app.Settings.Data);
}

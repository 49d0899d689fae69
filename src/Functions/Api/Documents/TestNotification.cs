namespace Holdfast.Functions.Api.Documents;

/// <param name="Id">Of the message: its <c>webhook-id</c>.</param>
internal sealed record TestNotification(string Id);

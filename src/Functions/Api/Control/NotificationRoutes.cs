using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Notifying;

namespace Holdfast.Functions.Api.Control;

/// <summary>Who is notified. Only an administrator edits that: a document names secrets, and addresses that the service posts to.</summary>
internal static class NotificationRoutes
{
    public static ImmutableArray<ApiRoute> All { get; } =
    [
        .. new ControlRoutes<NotificationTarget>(
            new(
                "notifications",
                "notification",
                "notification",
                Roles.Admin,
                ApiJson.Plain.NotificationTarget,
                ApiJson.Plain.PageKeptEntryNotificationTarget
            )
            {
                Read = NotificationTarget.Read,
                NameOf = document => document.Name,
                List = (request, after, limit) => Documents(request).ListNotificationsAsync(after, limit, request.Cancellation),
                Find = FindAsync,
                Create = (request, document) => Documents(request).CreateNotificationAsync(document, request.Cancellation),
                Replace = (request, document, etag) => Documents(request).ReplaceNotificationAsync(document, etag, request.Cancellation),
                Delete = (request, name, etag) => Documents(request).DeleteNotificationAsync(name, etag, request.Cancellation),
            }
        ).All,
        new(
            "POST",
            "/notifications/{notification}/test",
            "notifications.test",
            "Send a sample message; what became of it is in the warnings of the health",
            Roles.AnyOperator,
            TestAsync
        )
        {
            Gives = [new(202, "It is sent within a minute", ApiJson.Plain.TestNotification)],
            Problems = [404, 422],
        },
    ];

    private static async Task<Answer> TestAsync(ApiRequest request)
    {
        var name = request.Value("notification");
        if (await FindAsync(request, name) is not { } kept)
            throw new ProblemException(Problem.NotFound($"there is no notification '{name}'"));
        if (!kept.IsValid)
            throw new ProblemException(
                Problem.Invalid($"the notification '{name}' can't be used; replace it", ControlErrors.Errors(kept.Problems))
            );
        var id = await TestMessages.QueueAsync(
            request.App.Environment.Control,
            name,
            request.Caller.Id,
            request.App.Time.GetUtcNow(),
            request.Cancellation
        );
        return Answer.Of(202, new TestNotification(id), ApiJson.Plain.TestNotification);
    }

    private static async Task<KeptDocument<NotificationTarget>?> FindAsync(ApiRequest request, string name) =>
        ClusterName.TryParse(name, out _) ? await Documents(request).ReadNotificationAsync(name, request.Cancellation) : null;

    private static ControlDocuments Documents(ApiRequest request) => new(request.App.Environment.Control);
}

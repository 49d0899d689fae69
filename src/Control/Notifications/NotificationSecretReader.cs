using Holdfast.Control.Reading;
using Holdfast.Control.Registration;

namespace Holdfast.Control.Notifications;

/// <summary>Reads where a secret is kept, as registrations say it.</summary>
internal static class NotificationSecretReader
{
    /// <summary>Null: missing, or wrong, which is a problem.</summary>
    public static NotificationSecret? Read(DocumentSection parent, string member)
    {
        if (parent.Inner(member) is not { } section)
            return null;
        var vault = section.Inner("keyVault") is { } named ? AuthenticationReader.Secret(named) : null;
        var file = section.Inner("file") is { } read ? AuthenticationReader.SecretFile(read) : null;
        section.RefuseUnknown();
        if (section.Has("keyVault") == section.Has("file"))
            section.Problem(
                null,
                section.Has("file") ? "has both keyVault and file" : "names no place of the secret",
                "a secret is kept in one place",
                "Write { \"keyVault\": { \"vault\": \"https://acme.vault.azure.net\", \"secret\": \"NAME\" } } or "
                    + "{ \"file\": { \"path\": \"/var/run/secrets/holdfast/NAME\" } }"
            );
        return vault is null && file is null ? null : new(vault, file);
    }
}

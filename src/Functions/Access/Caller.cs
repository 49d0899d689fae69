namespace Holdfast.Functions.Access;

/// <summary>Who calls, as far as it was proven.</summary>
/// <param name="Id">
/// Stable and never given to another: <c>entra:TENANT/OBJECT</c>, or <c>local</c>. Approvals and idempotency keys go by it.
/// </param>
/// <param name="Name">For people, in audit records and reports.</param>
internal sealed record Caller(string Id, string Name, Roles Roles)
{
    public bool Has(Roles any) => (Roles & any) != Roles.None;
}

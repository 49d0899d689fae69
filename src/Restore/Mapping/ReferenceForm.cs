namespace Holdfast.Restore.Mapping;

/// <summary>How a field refers to a namespace.</summary>
internal enum ReferenceForm
{
    /// <summary>Its name.</summary>
    Name,

    /// <summary>A list of names.</summary>
    Names,

    /// <summary><c>NAMESPACE/NAME</c>.</summary>
    Qualified,

    /// <summary>A label selector over namespaces, by the label that each has with its own name.</summary>
    Selector,

    /// <summary>A list of accounts and groups, as role bindings have it.</summary>
    Subjects,

    /// <summary>A storage driver's parameters, some of which name the namespaces of Secrets.</summary>
    Parameters,

    /// <summary>A Service's name in the cluster's DNS: <c>NAME.NAMESPACE.svc...</c>.</summary>
    Host,
}

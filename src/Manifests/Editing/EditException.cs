namespace Holdfast.Manifests.Editing;

/// <summary>A manifest can't be changed as asked; the message says where and why, for a person.</summary>
public sealed class EditException(string message) : Exception(message);

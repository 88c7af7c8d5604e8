package io.sommelier.api;

import java.util.Objects;

/**
 * What a peer shows to prove who it is. Immutable; its text form hides the secret.
 *
 * @param scheme how to read the secret, such as {@code token} or {@code password}, in the grammar of names; empty for
 *     {@link #NONE}
 * @param secret the proof itself
 */
public record Credential(String scheme, Payload secret) {
    /** No credential. */
    public static final Credential NONE = new Credential("", Payload.empty());

    /** @throws IllegalArgumentException when the scheme breaks the grammar of names */
    public Credential {
        Names.checkOptional("scheme", scheme);
        Objects.requireNonNull(secret, "secret");
    }

    /** The scheme, never the secret. */
    @Override
    public String toString() {
        return "Credential[" + (scheme.isEmpty() ? "none" : scheme) + "]";
    }
}

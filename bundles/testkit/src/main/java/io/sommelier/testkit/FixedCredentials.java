package io.sommelier.testkit;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Credential;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Payload;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Knows some secrets of the scheme {@code token}, and whose they are. Thread-safe. */
public final class FixedCredentials implements CredentialVerifier {
    /** The scheme. */
    public static final String SCHEME = "token";

    private final Map<String, Principal> principals = new ConcurrentHashMap<>();

    /** A credential with a secret. */
    public static Credential token(String secret) {
        return new Credential(SCHEME, Payload.ofText(secret));
    }

    /** Adds a secret. */
    public FixedCredentials know(String secret, String principal, String... roles) {
        principals.put(secret, new Principal(principal, Set.of(roles)));
        return this;
    }

    @Override
    public CompletionStage<Optional<Principal>> verify(Credential credential, String remoteAddress) {
        if (!credential.scheme().equals(SCHEME)) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        Principal known = principals.get(credential.secret().asText());
        return known == null
                ? CompletableFuture.failedStage(new HelloRefusedException(
                        new Goodbye(CloseReason.UNAUTHENTICATED, false, "the token is not known")))
                : CompletableFuture.completedStage(Optional.of(known));
    }
}

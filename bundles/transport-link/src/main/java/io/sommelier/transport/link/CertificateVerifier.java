package io.sommelier.transport.link;

import io.sommelier.api.Credential;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.spi.Principal;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes the subject of a client's certificate for its principal, without roles. For who sets a controller up; where it is the only verifier, all others are refused, those inside the
 * JVM too. Immutable.
 *
 * <p>It trusts the scheme {@link #SCHEME}, which {@link LinkSockets} lets nobody use but who has shown a trusted certificate. Another transport must not pass that scheme on.
 */
public final class CertificateVerifier implements CredentialVerifier {
    /** The scheme of a subject that a handshake has proven, such as {@code CN=cellar-1,O=Example}. */
    public static final String SCHEME = "certificate";

    @Override
    public CompletionStage<Optional<Principal>> verify(Credential credential, String remoteAddress) {
        return CompletableFuture.completedStage(
                credential.scheme().equals(SCHEME)
                        ? Optional.of(new Principal(credential.secret().asText(), Set.of()))
                        : Optional.empty());
    }
}

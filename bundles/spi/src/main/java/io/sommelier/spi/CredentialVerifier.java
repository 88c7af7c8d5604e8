package io.sommelier.spi;

import io.sommelier.api.Credential;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Finds out who shows a credential. Published as a service; those there are asked in the order of their
 * {@code service.ranking}, the highest first, until one knows the scheme. Thread-safe; must not block the calling
 * thread.
 *
 * <p>Where there is none, and was none before, everybody is {@link Principal#ANONYMOUS}. Where there are some, and none
 * knows the scheme, the hello is refused. That holds for {@link Credential#NONE} too, which is given to verifiers as
 * any other: to let strangers in beside others, one must answer it with a principal.
 */
@ConsumerType
public interface CredentialVerifier {
    /**
     * Verifies a credential. Must not throw: it fails by the stage, which may complete on any thread, and must complete
     * in the end. Compare secrets in constant time, and name none in a failure.
     *
     * @param remoteAddress where it comes from, for a person
     * @return completes with the principal, or with nothing when this verifier does not know the scheme; fails with
     *     {@link HelloRefusedException} when the credential is wrong, commonly for
     *     {@link io.sommelier.api.CloseReason#UNAUTHENTICATED} and without coming back, and with anything else when it
     *     cannot tell: then the connector may come back
     */
    CompletionStage<Optional<Principal>> verify(Credential credential, String remoteAddress);
}

package io.sommelier.spi;

import io.sommelier.api.Credential;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Finds out who shows a credential. Published as a service; those there are asked in the order of their ranking. Thread-safe; must not block the calling thread. */
@ConsumerType
public interface CredentialVerifier {
    /**
     * Verifies a credential.
     *
     * @param remoteAddress where it comes from, for a person
     * @return completes with the principal, or with nothing when this verifier does not know the scheme; fails with
     *     {@link HelloRefusedException} when the credential is wrong
     */
    CompletionStage<Optional<Principal>> verify(Credential credential, String remoteAddress);
}

package io.sommelier.spi;

import io.sommelier.api.Hello;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says which target a connector serves, which may be another than the one it asks for. Published as a service; those there are asked in the order of their
 * {@code service.ranking}, the highest first, and the first that says something counts. Thread-safe; called on the thread that brought the hello, so it must not block: decide from memory.
 *
 * <p>It is asked when it is known who the connector is, and before anybody is asked whether it may serve: the given target is what {@link Authorizer}s, callers and operators see. It is asked at
 * each hello that names a target, so again when a connector comes back, which names the target that it named at first; a connector that only sends gets none. Channels that live keep the target
 * that they were given.
 *
 * <pre>{@code
 * @Component
 * public final class ByRegion implements TargetAssigner {
 *     @Override
 *     public Optional<String> assign(Hello hello, Principal principal) {
 *         return Optional.ofNullable(hello.attributes().get("region")).map(region -> hello.targetId() + "-" + region);
 *     }
 * }
 * }</pre>
 */
@ConsumerType
public interface TargetAssigner {
    /**
     * Gives the connector its target. One that throws anything else than below, or gives what is no name, refuses that hello alone, and the connector may come back.
     *
     * @param hello what the connector says of itself; name nothing of its credential anywhere
     * @param principal who it is; {@link Principal#ANONYMOUS} where nobody verifies
     * @return the target, in the grammar of names, or nothing to leave that to the others, and in the end to the connector
     * @throws HelloRefusedException when it may serve none; the goodbye says why, and whether to come back
     */
    Optional<String> assign(Hello hello, Principal principal);
}

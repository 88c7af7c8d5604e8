package io.sommelier.runtime.camel;

import org.apache.camel.CamelContext;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes Camel contexts, one at a time for each bundle that uses this service. A context of its own is what lets a bundle
 * be updated without anything of the old one being kept by others.
 *
 * <p>Thread-safe. Released with the service: when the using bundle lets go of it or stops, so does its context.
 */
@ProviderType
public interface CamelContexts {
    /**
     * Makes a context, named after the using bundle, not started. It finds components, languages and converters that are
     * part of Camel; others are to be given to it as instances ({@code addComponent}, {@code bind}), since Camel sees no
     * service file and no class of another bundle. Message history is off, JMX is on, a stop waits 5 s for what is under
     * way.
     *
     * @throws IllegalStateException while the using bundle has one that is not released
     */
    CamelContext create();

    /**
     * Stops a context, and takes from it everything that would keep classes of the using bundle alive: routes, their
     * definitions, endpoints, cached expressions. Waits until that is done, 5 s at most for exchanges under way. A context that
     * was released before, or is of another bundle, is left as it is.
     */
    void release(CamelContext context);
}

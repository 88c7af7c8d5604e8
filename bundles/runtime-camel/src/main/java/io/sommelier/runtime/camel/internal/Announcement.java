package io.sommelier.runtime.camel.internal;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that Camel is there: {@link CamelContextsComponent} is made only when a bundle wants a context. Immutable. */
@Component(
        service = {},
        immediate = true)
public final class Announcement {
    private static final Logger LOG = LoggerFactory.getLogger(Announcement.class);

    /** Says so. */
    @Activate
    public Announcement() {
        LOG.info("Camel is here, waits for bundles that want contexts");
    }
}

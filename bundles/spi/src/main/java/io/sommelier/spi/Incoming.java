package io.sommelier.spi;

import org.osgi.annotation.versioning.ProviderType;

/** A caller's hold on a command it has sent. Thread-safe; no method blocks. After the end every call is ignored. */
@ProviderType
public interface Incoming {
    /** The caller takes that many more payload bytes of DATA. */
    void credit(long bytes);

    /** The caller gives the command up; the reply path still gets its terminal. */
    void cancel(String reason);
}

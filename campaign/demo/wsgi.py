"""What the demo's WSGI server loads: `application`."""

from campaign.demo.app import create_demo
from campaign.runtime import configure_logging, load_runtime

_runtime = load_runtime()
configure_logging(_runtime.settings)
application = create_demo(_runtime)

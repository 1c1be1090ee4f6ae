"""Pictures of the work, drawn on the server as SVG by pure functions: the same call serves page and PDF.

Presentation attributes hold the colours of paper, because a document applies no page styles inside an inline SVG;
classes (`p-f-*` filled, `p-o-*` outlined, `p-t*` text) re-colour on screen and in the dark (`static/css/pictures.css`).
Each picture has a `<title>` that says what it shows; the page or document holds the same dates as a table.
Dates are days, both ends inclusive. Nothing here reads a clock or the database: `on` is the day that counts as today.

    drawing   elements, text that fits, the frame      roadmap     stages of a cluster; `legend` reads it
    axis      time to x, months and years              portfolio   clusters in time, and the small bar of a list
    palette   the colours of paper                     `contours` is `community.pictures`, offered here too
"""

from clusters.pictures.axis import AS_OF, TODAY
from clusters.pictures.legend import legend
from clusters.pictures.portfolio import DrawnCluster, mini, portfolio
from clusters.pictures.roadmap import DrawnStage, roadmap
from community.pictures import contours

__all__ = ["AS_OF", "TODAY", "DrawnCluster", "DrawnStage", "contours", "legend", "mini", "portfolio", "roadmap"]

/** Charts by day, which bring a library with them and are loaded when they are first shown. */
import { lazy } from "react";

export const DayChart = lazy(() => import("./charts/day_chart"));
